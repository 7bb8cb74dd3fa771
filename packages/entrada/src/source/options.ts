/** The options of the credentials, with the names that `@azure/identity` uses. */
import type { TokenStore } from '../cache/token-store.ts'
import type { EntradaEvent } from '../events.ts'
import type { HttpClientLike } from '../http/http-client-transport.ts'
import type { TlsOptions } from '../http/node-transport.ts'
import type { ProxyOptions } from '../http/proxy.ts'
import type { Transport } from '../http/transport.ts'
import type { Host } from '../runtime/host.ts'
import type { Debugger } from '../runtime/log/log.ts'
import type { TokenCachePersistenceOptions } from '../stores/persistent-store.ts'

/** Whose tokens are accepted: every field that is given must match. */
export interface ExpectedIdentity {
  /** Id (a GUID) of the tenant: claim `tid`. */
  tenantId?: string
  /** The application that the token was issued to: claim `appid` or `azp`. */
  clientId?: string
  /** The user or the service principal: claim `oid`. */
  objectId?: string
  /** The user's name: claim `upn`, `preferred_username` or `unique_name`. An application has none, which is a `TypeError`. */
  username?: string
}

/** The options of every credential. */
export interface TokenCredentialOptions {
  /**
   * URL of the authority, such as `https://login.microsoftonline.us`; see `AzureAuthorityHosts`. A path that is just
   * the tenant is dropped; on a host that is not one of Microsoft's, any other path is taken for that of a gateway, and
   * kept. Default: the variable `AZURE_AUTHORITY_HOST`, or else the public cloud.
   */
  authorityHost?: string
  /**
   * Sends the requests: any function with the shape of `fetch`. It takes precedence over `httpClient`, and is left open
   * when the credential closes. Default: connections of the credential's own in Node, `fetch` elsewhere.
   */
  fetch?: Transport
  /**
   * An `HttpClient` of `@azure/core-rest-pipeline` that sends the requests. It is left open when the credential closes.
   */
  httpClient?: HttpClientLike
  /**
   * Further origins that responses of `fetch` or `httpClient` may come from, such as a gateway that reports its own
   * address. Any other response from an origin that the request was not sent to, or after a redirect, is rejected
   * unread.
   */
  allowedResponseOrigins?: readonly string[]
  /**
   * How requests are retried after a network failure or the status 408, 429, 500, 502, 503 or 504. `Retry-After` is
   * honoured.
   */
  retryOptions?: {
    /** The most retries of a request. Default 3; 0 turns retries off. */
    maxRetries?: number
    /** The first delay, in milliseconds; it doubles each time, with jitter. Default 800. */
    retryDelayInMs?: number
    /** The longest delay, in milliseconds. A `Retry-After` that asks for more is not waited for. Default 64,000. */
    maxRetryDelayInMs?: number
  }
  /**
   * The proxy to use in place of `HTTPS_PROXY`. Requests to loopback and link-local addresses never go through a proxy.
   */
  proxyOptions?: ProxyOptions
  /** Further authorities to trust, and a client certificate, for the credential's own connections. */
  tlsOptions?: TlsOptions
  /** What requests say of the program, in addition to `entrada/<version>`. A web page cannot set this header: its browser does. */
  userAgentOptions?: {
    /** Comes before `entrada/<version>` in the header `User-Agent`. */
    userAgentPrefix?: string
  }
  /** The header by which a request can be found in the logs of either side. */
  telemetryOptions?: {
    /** Name of the header that carries the id of each request. Default in Node `x-ms-client-request-id`. */
    clientRequestIdHeaderName?: string
  }
  /** What may be logged. The log is turned on by `AZURE_LOG_LEVEL`, or by `setLogLevel` of `@azure/logger`. */
  loggingOptions?: {
    /** Logs the application, tenant and object ids and the user name of each new token. Default `false`. */
    allowLoggingAccountIdentifiers?: boolean
    /** Accepted for `@azure/identity`, without effect. */
    enableUnsafeSupportLogging?: boolean
    /** Accepted for `@azure/identity`, without effect: no headers are logged. */
    additionalAllowedHeaderNames?: string[]
    /** Accepted for `@azure/identity`, without effect: no query parameters are logged. */
    additionalAllowedQueryParameters?: string[]
    /** Accepted for `@azure/identity`, without effect. See the export `logger`. */
    logger?: Debugger
  }
  /**
   * `authorityHost` may be http on this machine's network: private addresses, names without a dot, `*.docker.internal`,
   * `*.local`, `*.svc`. Loopback may be http even without it; anything else may not, even with it.
   */
  allowInsecureConnection?: boolean
  /**
   * Whose tokens these must be. A token of anybody else, whether it comes from the network or from a store, is refused with
   * `AuthenticationError` before it is kept, and so is one whose claims cannot be read.
   */
  expect?: ExpectedIdentity
  /**
   * Called with an event for each thing that the credential does; see `EntradaEvent`. Anything it throws is ignored.
   */
  onEvent?: (event: EntradaEvent) => void
  /** Accepted for `@azure/identity`, without effect except a warning event. Use `fetch` or `httpClient`. */
  agent?: unknown
  /** Accepted for `@azure/identity`, without effect except a warning event: there is no pipeline. Use `fetch`. */
  additionalPolicies?: unknown[]
  /** Accepted for `@azure/identity`, without effect except a warning event: redirects are never followed. */
  redirectOptions?: {
    /** Without effect. */
    maxRetries?: number
    /** Without effect. */
    allowCrossOriginRedirects?: boolean
  }
  /** @internal The outside world, for tests. */
  host?: Partial<Host>
}

/** The options of credentials that can get tokens in several tenants. */
export interface MultiTenantTokenCredentialOptions extends TokenCredentialOptions {
  /**
   * Ids or domains of the tenants that a call's `tenantId` may name besides the credential's own; `['*']` allows any.
   */
  additionallyAllowedTenants?: string[]
}

/** The options of credentials that can keep tokens in a store as well as in memory. */
export interface CredentialPersistenceOptions {
  /**
   * A store, such as `@entrada/redis`, that is asked for tokens that are not in memory and that keeps new ones. It
   * takes precedence over `tokenCachePersistenceOptions`, and is left open when the credential closes.
   */
  tokenStore?: TokenStore
  /**
   * With `{ enabled: true }` tokens outlive the process: in the system's secret store if `@entrada/keyring` is
   * installed, or else in encrypted files. Default: they are kept in memory only.
   */
  tokenCachePersistenceOptions?: TokenCachePersistenceOptions
}

/** An option of `@azure/identity` about validation of the authority. */
export interface AuthorityValidationOptions {
  /** Accepted, without effect: no discovery request is ever made. */
  disableInstanceDiscovery?: boolean
}

/** The options of credentials that get their tokens from an authority. */
export interface CredentialOptions
  extends MultiTenantTokenCredentialOptions,
    CredentialPersistenceOptions,
    AuthorityValidationOptions {}
