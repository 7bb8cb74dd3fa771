/**
 * Microsoft Entra ID tokens for TypeScript.
 * @module
 */

export { type GetBearerTokenProviderOptions, getBearerTokenProvider } from './credentials/bearer-token-provider.ts'
export type { Explanation } from './credentials/chain.ts'
export { ChainedTokenCredential } from './credentials/chained-token.ts'
export { ClientSecretCredential, type ClientSecretCredentialOptions } from './credentials/client-secret.ts'
export {
  DefaultAzureCredential,
  type DefaultAzureCredentialEnvVars,
  type DefaultAzureCredentialOptions,
  getDefaultAzureCredential,
} from './credentials/default-azure.ts'
export { EnvironmentCredential, type EnvironmentCredentialOptions } from './credentials/environment.ts'
export type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  MultiTenantTokenCredentialOptions,
  TokenCachePersistenceOptions,
  TokenCredentialOptions,
} from './credentials/options.ts'
export {
  AggregateAuthenticationError,
  AggregateAuthenticationErrorName,
  type Attempt,
  AuthenticationError,
  AuthenticationErrorName,
  type AuthenticationErrorOptions,
  AuthenticationRequiredError,
  type AuthenticationRequiredErrorOptions,
  CredentialUnavailableError,
  CredentialUnavailableErrorName,
  type ErrorResponse,
} from './errors.ts'
export type { EntradaEvent } from './events.ts'
export type { HttpClientLike } from './http/http-client-transport.ts'
export type { TlsOptions } from './http/node-transport.ts'
export type { ProxyOptions } from './http/proxy.ts'
export type { Transport, TransportInit, TransportResponse } from './http/transport.ts'
export { AzureAuthorityHosts } from './oauth/authority.ts'
export { type AzureLogger, type Debugger, logger } from './runtime/log.ts'
export type {
  AbortSignalLike,
  AccessToken,
  AccessTokenInfo,
  EntradaCredential,
  GetTokenOptions,
  TokenCredential,
} from './types.ts'
