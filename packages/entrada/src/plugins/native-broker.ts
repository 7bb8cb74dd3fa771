/** An account that the broker of the operating system knows (`AccountInfo` of MSAL). */
export interface BrokerAccount {
  homeAccountId?: string
  username?: string
  /** The broker's own name for it. */
  nativeAccountId?: string
}

/** What the broker is asked (`NativeRequest` of MSAL). */
interface BrokerRequest {
  clientId: string
  /** The authority with its tenant. */
  authority: string
  correlationId: string
  redirectUri: string
  scopes: string[]
  claims?: string
  accountId?: string
  forceRefresh: boolean
  extraParameters: Record<string, string>
}

/** What the broker answers (`AuthenticationResult` of MSAL). */
export interface BrokerAnswer {
  accessToken?: string
  expiresOn?: Date | null
  tokenType?: string
  account?: BrokerAccount | null
}

/** The broker of the operating system, as MSAL's plug-ins give it (`INativeBrokerPlugin`). */
export interface NativeBroker {
  readonly isBrokerAvailable: boolean
  getAllAccounts(clientId: string, correlationId: string): Promise<BrokerAccount[]>
  /** With no `accountId`, the account that is signed in to the operating system. Shows nothing to the user. */
  acquireTokenSilent(request: BrokerRequest): Promise<BrokerAnswer>
}
