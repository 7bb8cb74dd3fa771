/** An account that the broker of the operating system knows (`AccountInfo` of MSAL). */
export interface BrokerAccount {
  homeAccountId?: string
  username?: string
  /** The broker's own name for it. */
  nativeAccountId?: string
}

/** A request to the broker (`NativeRequest` of MSAL). */
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

/** The broker's response (`AuthenticationResult` of MSAL). */
export interface BrokerAnswer {
  accessToken?: string
  expiresOn?: Date | null
  tokenType?: string
  account?: BrokerAccount | null
}

/** The operating system's broker, as MSAL's plug-ins provide it (`INativeBrokerPlugin`). */
export interface NativeBroker {
  readonly isBrokerAvailable: boolean
  getAllAccounts(clientId: string, correlationId: string): Promise<BrokerAccount[]>
  /** Without an `accountId`, uses the account that is signed in to the operating system. Shows nothing to the user. */
  acquireTokenSilent(request: BrokerRequest): Promise<BrokerAnswer>
}
