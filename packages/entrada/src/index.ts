/**
 * Microsoft Entra ID tokens for TypeScript.
 * @module
 */

export type { Explanation } from './chain/chain.ts'
export {
  AuthorizationCodeCredential,
  type AuthorizationCodeCredentialOptions,
} from './credentials/authorization-code.ts'
export { AzureCliCredential, type AzureCliCredentialOptions } from './credentials/azure-cli.ts'
export {
  AzureDeveloperCliCredential,
  type AzureDeveloperCliCredentialOptions,
} from './credentials/azure-developer-cli.ts'
export {
  AzurePipelinesCredential,
  type AzurePipelinesCredentialOptions,
  type AzurePipelinesIdentity,
} from './credentials/azure-pipelines.ts'
export { AzurePowerShellCredential, type AzurePowerShellCredentialOptions } from './credentials/azure-powershell.ts'
export { type GetBearerTokenProviderOptions, getBearerTokenProvider } from './credentials/bearer-token-provider.ts'
export {
  type CertificateConfiguration,
  CertificateCredential,
  type CertificateCredentialOptions,
  type CertificateCredentialOptions as ClientCertificateCredentialOptions,
  type ClientCertificateBase64,
  ClientCertificateCredential,
  type ClientCertificateCredentialPEMConfiguration,
  type ClientCertificatePEMCertificate,
  type ClientCertificatePEMCertificatePath,
  type SigningCallbackCertificate,
} from './credentials/certificate.ts'
export { ChainedTokenCredential } from './credentials/chained-token.ts'
export { ClientAssertionCredential, type ClientAssertionCredentialOptions } from './credentials/client-assertion.ts'
export { ClientSecretCredential, type ClientSecretCredentialOptions } from './credentials/client-secret.ts'
export { type CountTokensOptions, countTokens, type TokenCounting } from './credentials/count-tokens.ts'
export {
  DefaultAzureCredential,
  type DefaultAzureCredentialClientIdOptions,
  type DefaultAzureCredentialEnvVars,
  type DefaultAzureCredentialOptions,
  type DefaultAzureCredentialResourceIdOptions,
  getDefaultAzureCredential,
} from './credentials/default-azure.ts'
export {
  DeviceCodeCredential,
  type DeviceCodeCredentialOptions,
  type DeviceCodeInfo,
  type DeviceCodePromptCallback,
} from './credentials/device-code.ts'
export { EnvironmentCredential, type EnvironmentCredentialOptions } from './credentials/environment.ts'
export { GitHubActionsCredential, type GitHubActionsCredentialOptions } from './credentials/github-actions.ts'
export { InteractiveBrowserCredential } from './credentials/interactive-browser.ts'
export {
  ManagedIdentityCredential,
  type ManagedIdentityCredentialClientIdOptions,
  type ManagedIdentityCredentialObjectIdOptions,
  type ManagedIdentityCredentialOptions,
  type ManagedIdentityCredentialResourceIdOptions,
} from './credentials/managed-identity.ts'
export {
  type ManagedIdentityAssertionOptions,
  managedIdentityAssertion,
} from './credentials/managed-identity-assertion.ts'
export {
  OnBehalfOfCredential,
  type OnBehalfOfCredentialAssertionOptions,
  type OnBehalfOfCredentialCertificateContentOptions,
  type OnBehalfOfCredentialCertificateOptions,
  type OnBehalfOfCredentialOptions,
  type OnBehalfOfCredentialSecretOptions,
  type OnBehalfOfGetTokenOptions,
} from './credentials/on-behalf-of.ts'
export {
  SharedTokenCacheCredential,
  type SharedTokenCacheCredentialOptions,
} from './credentials/shared-token-cache.ts'
export {
  UsernamePasswordCredential,
  type UsernamePasswordCredentialOptions,
  type UsernamePasswordCredentialTenantOptions,
} from './credentials/username-password.ts'
export {
  VisualStudioCodeCredential,
  type VisualStudioCodeCredentialOptions,
} from './credentials/visual-studio-code.ts'
export {
  WorkloadIdentityCredential,
  type WorkloadIdentityCredentialOptions,
} from './credentials/workload-identity.ts'
export type { ErrorResponse } from './error-response.ts'
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
} from './errors.ts'
export type { EntradaEvent } from './events.ts'
export type { HttpClientLike } from './http/http-client-transport.ts'
export type { TlsOptions } from './http/node-transport.ts'
export type { ProxyOptions } from './http/proxy.ts'
export type { Transport, TransportInit, TransportResponse } from './http/transport.ts'
export { AzureAuthorityHosts } from './oauth/authority.ts'
export { returnFromSignIn } from './page/return-from-sign-in.ts'
export { type IdentityPlugin, useIdentityPlugin } from './plugins/registry.ts'
export { type AzureLogger, type Debugger, logger } from './runtime/log/log.ts'
export type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  ExpectedIdentity,
  MultiTenantTokenCredentialOptions,
  TokenCredentialOptions,
} from './source/options.ts'
export type { TokenCachePersistenceOptions } from './stores/persistent-store.ts'
export type {
  AbortSignalLike,
  AccessToken,
  AccessTokenInfo,
  EntradaCredential,
  GetTokenOptions,
  TokenCredential,
  TracingContext,
} from './types.ts'
export type { AuthenticationRecord } from './user/authentication-record.ts'
export { deserializeAuthenticationRecord, serializeAuthenticationRecord } from './user/authentication-record.ts'
export type {
  BrokerAuthOptions,
  BrokerDisabledOptions,
  BrokerEnabledOptions,
  BrokerOptions,
  BrowserCustomizationOptions,
  BrowserLoginStyle,
  InteractiveBrowserCredentialInBrowserOptions,
  InteractiveBrowserCredentialNodeOptions,
} from './user/interactive-browser-options.ts'
export type { InteractiveCredentialOptions } from './user/user-options.ts'
