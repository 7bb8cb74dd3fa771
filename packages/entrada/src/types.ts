/**
 * The public types of calls and tokens. They match those of `@azure/core-auth` structurally, so that every Azure SDK
 * client takes the credentials, without an import of that package.
 */

declare global {
  // What `lib: ["esnext.disposable"]` declares for `await using`, word for word, so that both can coexist: TypeScript
  // 5.0 and 5.1 have no such lib, and most programs do not ask for it.
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol
  }
  interface AsyncDisposable {
    [Symbol.asyncDispose](): PromiseLike<void>
  }
}

/** A signal that aborts a call: an `AbortSignal`, or any object of this shape (`AbortSignalLike` of core-auth). */
export interface AbortSignalLike {
  /** Whether it has been aborted. */
  readonly aborted: boolean
  /** Calls the listener when the signal is aborted. */
  addEventListener(type: 'abort', listener: (event: unknown) => unknown, options?: unknown): void
  /** Removes the listener. */
  removeEventListener(type: 'abort', listener: (event: unknown) => unknown, options?: unknown): void
}

/** What a trace carries from call to call, in the shape of `TracingContext` of core-auth. */
export interface TracingContext {
  /** The value that is stored under a key. */
  getValue(key: symbol): unknown
  /** A new context that has this value in addition. */
  setValue(key: symbol, value: unknown): TracingContext
  /** A new context without this value. */
  deleteValue(key: symbol): TracingContext
}

/** The options of one `getToken` call, in the shape of `GetTokenOptions` of `@azure/core-auth`. */
export interface GetTokenOptions {
  /** Once it is aborted, this call rejects with an error named `AbortError`. Other callers keep waiting. */
  abortSignal?: AbortSignalLike
  /**
   * `timeout` is how long this call may wait, in milliseconds; 0, the default, means no limit. After that it rejects
   * with an error named `TimeoutError`, and the request continues for other callers.
   */
  requestOptions?: {
    /** How long this call may wait, in milliseconds; 0, the default, means no limit. */
    timeout?: number
  }
  /**
   * The span around the call, as the Azure SDK clients pass it on; with `@azure/core-tracing` the call gets its own
   * span within it.
   */
  tracingOptions?: {
    /** The context of that span, as `@azure/core-tracing` makes it. */
    tracingContext?: TracingContext
  }
  /**
   * A claims challenge, as JSON, or in base64 as in `WWW-Authenticate`. The call always goes to the network, and the
   * new token replaces the cached one.
   */
  claims?: string
  /**
   * Asks for a token that Continuous Access Evaluation can revoke. Such tokens are cached separately. Default `false`.
   */
  enableCae?: boolean
  /** Id or domain of a tenant other than the credential's own. `additionallyAllowedTenants` must allow it. */
  tenantId?: string
  /**
   * Declared for compatibility with `@azure/identity`: a call that asks for a proof of possession is rejected with
   * `CredentialUnavailableError`.
   */
  proofOfPossessionOptions?: {
    /** The nonce of the service's challenge. */
    nonce: string
    /** The method of the request that the proof is for. */
    resourceRequestMethod: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH' | 'HEAD' | 'OPTIONS' | 'TRACE'
    /** The address of the request that the proof is for. */
    resourceRequestUrl: string
  }
}

/** A token for an Azure SDK client, frozen: all callers get the same object. Times are milliseconds since the epoch. */
export interface AccessToken {
  /** The token itself, as it is sent after `Bearer ` in a request. */
  readonly token: string
  /** When it expires, in milliseconds since the epoch. It is served until then. */
  readonly expiresOnTimestamp: number
  /** From this time on, in milliseconds since the epoch, a call still gets this token at once and starts a refresh in the background. */
  readonly refreshAfterTimestamp?: number
  /** Always `Bearer` here. */
  readonly tokenType?: 'Bearer' | 'pop'
}

/** The same token in the shape of `AccessTokenInfo` of azure-identity for Python. Times are seconds since the epoch. */
export interface AccessTokenInfo {
  /** The token itself. */
  token: string
  /** Seconds since the epoch. */
  expiresOn: number
  /** Seconds since the epoch: from then on a call starts a refresh in the background. */
  refreshOn?: number
  /** Always `Bearer` here. */
  tokenType: 'Bearer' | 'pop'
  /** Name of the credential that produced the token; for a chain, of the member that won. */
  credential: string
}

/** What an Azure SDK client needs from a credential. Credentials of other libraries have it too. */
export interface TokenCredential {
  /** Resolves to a token for the scopes, or to `null` if there is none. */
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null>
}

/** What every credential of this library has. */
export interface EntradaCredential extends TokenCredential {
  /** Name of the class. A minifier does not change it. */
  readonly name: string
  /** Resolves to a token for the scopes: the cached one while it is valid, or else a new one. */
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken>
  /** The same token with the name of the credential that produced it, and with times in seconds. */
  getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo>
  /** Rejects waiting callers, ends background work and closes the connections. Safe to call twice. */
  close(): Promise<void>
  /** Calls `close()`, at the end of a block with `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** A token as it was issued, inside this library. Times are milliseconds since the epoch. */
export interface IssuedToken {
  token: string
  expiresAt: number
  /** When the request that returned it was sent, the last of several tries: its life is counted from then. */
  issuedAt?: number
  /** The same by the monotonic clock. */
  issuedMoment?: number
  /** When the issuer wants it refreshed, if it said so. */
  refreshAt?: number
  tokenType: 'Bearer' | 'pop'
  /** Gets the next tokens without the user, if the issuer sent one. */
  refreshToken?: string
}
