/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The shapes that callers see. They match `@azure/core-auth` structurally, so that every Azure SDK client takes our
 * credentials, and nothing of that package is imported.
 */

/** A signal that can abort a call: `AbortSignal`, or any object of this shape (`AbortSignalLike` of core-auth). */
export interface AbortSignalLike {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: (event: unknown) => unknown, options?: unknown): void
  removeEventListener(type: 'abort', listener: (event: unknown) => unknown, options?: unknown): void
}

/** What one `getToken` call may ask for. Every `GetTokenOptions` of `@azure/core-auth` fits. */
export interface GetTokenOptions {
  /** Ends this caller's wait, and this caller's alone. */
  abortSignal?: AbortSignalLike | undefined
  /** `timeout` bounds this caller's wait, in milliseconds; the request goes on for other callers. */
  requestOptions?: { timeout?: number | undefined } | undefined
  /** Carried through to the caller's tracing; the credentials do not read it. */
  tracingOptions?: { tracingContext?: unknown } | undefined
  /** A claims challenge, as JSON. It always goes to the network, and the token it brings replaces the cached one. */
  claims?: string | undefined
  /** Asks for a token that Continuous Access Evaluation can revoke. Such tokens are cached apart from the others. */
  enableCae?: boolean | undefined
  /** Another tenant than the credential's own; it must be among `additionallyAllowedTenants`. */
  tenantId?: string | undefined
  /** Proof of possession; only the user credentials can honour it. */
  proofOfPossessionOptions?: { nonce: string; resourceRequestMethod: string; resourceRequestUrl: string } | undefined
}

/** A token for an Azure SDK client. Times are milliseconds since the epoch. */
export interface AccessToken {
  token: string
  expiresOnTimestamp: number
  /** From this time on the credential refreshes the token behind its callers' backs. */
  refreshAfterTimestamp?: number
  tokenType?: 'Bearer' | 'pop'
}

/** The same token as Python's `AccessTokenInfo` gives it. Times are seconds since the epoch. */
export interface AccessTokenInfo {
  token: string
  expiresOn: number
  refreshOn?: number
  tokenType: 'Bearer' | 'pop'
  /** Name of the credential that produced the token; for a chain, of the member that won. */
  credential: string
}

/** What an Azure SDK client needs of a credential, whoever wrote it. */
export interface TokenCredential {
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null>
}

/** What every credential of this library is. */
export interface EntradaCredential extends TokenCredential {
  /** The class's name, which a minifier can't change. */
  readonly name: string
  /** A token for the scopes: the cached one while it lasts, else a new one. */
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken>
  /** The same token, with the name of the credential it came from. */
  getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo>
  /** Rejects waiting callers, ends background work and closes the connections. Safe to call twice. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A token as it was issued. Times are milliseconds since the epoch. */
export interface IssuedToken {
  token: string
  expiresAt: number
  /** When the issuer wants it refreshed, if it said so. */
  refreshAt?: number
  tokenType: 'Bearer' | 'pop'
  /** Buys the next ones without the user, where the issuer gave one. */
  refreshToken?: string
}
