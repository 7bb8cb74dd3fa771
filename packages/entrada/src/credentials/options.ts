/** The options of the credentials, in the names of `@azure/identity`. */
import type { TokenStore } from '../cache/token-store.ts'
import type { EntradaEvent } from '../events.ts'
import type { HttpClientLike } from '../http/http-client-transport.ts'
import type { TlsOptions } from '../http/node-transport.ts'
import type { ProxyOptions } from '../http/proxy.ts'
import type { Transport } from '../http/transport.ts'
import type { Host } from '../runtime/host.ts'

/** Options of every credential. */
export interface TokenCredentialOptions {
  /** Origin of the authority; default `AZURE_AUTHORITY_HOST`, else the public cloud. See `AzureAuthorityHosts`. */
  authorityHost?: string
  /** How requests are sent: any function of the shape of `fetch`. It wins over `httpClient`, and stays open. */
  fetch?: Transport
  /** An `HttpClient` of `@azure/core-rest-pipeline`. It stays open. */
  httpClient?: HttpClientLike
  /** 3 retries by default; the pause is 800 ms, doubles with jitter, and ends at 64 s. */
  retryOptions?: { maxRetries?: number; retryDelayInMs?: number; maxRetryDelayInMs?: number }
  /** The proxy to use in place of `HTTPS_PROXY`. Loopback and link-local hosts never go through one. */
  proxyOptions?: ProxyOptions
  /** Certificates of the connections. */
  tlsOptions?: TlsOptions
  /** What stands before our name in `User-Agent`. */
  userAgentOptions?: { userAgentPrefix?: string }
  telemetryOptions?: { clientRequestIdHeaderName?: string }
  loggingOptions?: {
    /** Adds to the log, for each new token, the application, tenant, object and user that it is for. */
    allowLoggingAccountIdentifiers?: boolean
    enableUnsafeSupportLogging?: boolean
    additionalAllowedHeaderNames?: string[]
    additionalAllowedQueryParameters?: string[]
    logger?: unknown
  }
  /** http is accepted on loopback with or without it, and refused elsewhere with or without it. */
  allowInsecureConnection?: boolean
  /** Told of what the credential does. What it throws is ignored. */
  onEvent?: (event: EntradaEvent) => void
  /** Accepted, without effect: the transport has its own. */
  agent?: unknown
  /** Accepted, without effect: there is no pipeline. Use `fetch`. */
  additionalPolicies?: unknown[]
  /** Accepted, without effect: redirects are never followed. */
  redirectOptions?: unknown
  /** @internal The outside world, for tests. */
  host?: Partial<Host>
}

/** Options of credentials that can ask in several tenants. */
export interface MultiTenantTokenCredentialOptions extends TokenCredentialOptions {
  /** Tenants that a call may ask for besides the credential's own; `*` allows any. */
  additionallyAllowedTenants?: string[]
}

/** Options of credentials that can keep tokens beyond their own memory. */
export interface CredentialPersistenceOptions {
  /** A second level behind the credential's memory. It stays open when the credential closes. */
  tokenStore?: TokenStore
  tokenCachePersistenceOptions?: TokenCachePersistenceOptions
}

export interface TokenCachePersistenceOptions {
  enabled: boolean
  name?: string
  unsafeAllowUnencryptedStorage?: boolean
}

/** Accepted as `@azure/identity` has it. There is no discovery request that it could disable. */
export interface AuthorityValidationOptions {
  disableInstanceDiscovery?: boolean
}
