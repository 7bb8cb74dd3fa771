/** Microsoft Entra ID on loopback: tokens, metadata, errors and faults for tests and offline work. */
export type { Clock } from './api/clock.ts'
export { type Emulator, startEmulator } from './api/emulator.ts'
export type { Fault, Faults } from './api/faults.ts'
export type { EmulatorOptions } from './api/options.ts'
export type { AnyUser, AuthorizationCodeOptions, DeviceSignInOptions, UserTokenOptions } from './api/sign-ins.ts'
export type {
  AppChanges,
  AppDeclaration,
  AppRoleDeclaration,
  ConditionalAccessDeclaration,
  FederatedCredentialDeclaration,
  ManifestAppDeclaration,
  OptionalClaimDeclaration,
  OptionalClaimsDeclaration,
  PermissionScopeDeclaration,
  RedirectUrisDeclaration,
  SecretDeclaration,
} from './directory/app-declaration.ts'
export type {
  DirectoryDeclaration,
  GroupDeclaration,
  ResourceDeclaration,
  SubscriptionDeclaration,
  TenantDeclaration,
  UserDeclaration,
} from './directory/declaration.ts'
export type { LoggedRequest, RequestLog } from './http/request-log.ts'
export type { AnsweredRequest } from './live/seen-exchange.ts'
export type {
  AksOptions,
  AppServiceApiVersion,
  AppServiceOptions,
  AzureArcOptions,
  CloudShellOptions,
  Distortion,
  ExpiresOnFormat,
  IdentityDeclaration,
  IdentityFields,
  ImdsOptions,
  MachineLearningOptions,
  ManagedIdentityOptions,
  SelectorPolicy,
  ServiceFabricOptions,
} from './managed-identity/declaration.ts'
export type { AksHost, HostFor, ManagedIdentityHost, ServiceFabricHost } from './managed-identity/host.ts'
export type { ManagedIdentity } from './managed-identity/identity.ts'
export type { AksTokenProxy, AksTokenProxyOptions, ProxiedRequest } from './oidc/aks-token-proxy.ts'
export type { GitHubActionsJob, GitHubActionsOptions } from './oidc/github-actions.ts'
export type { KubernetesOptions, KubernetesServiceAccount } from './oidc/kubernetes.ts'
export type { PipelinesJob, PipelinesOptions } from './oidc/pipelines.ts'
export {
  type CertificateAuthority,
  type CertificateAuthorityOptions,
  createCertificateAuthority,
  createServerCertificate,
  type ServerCertificate,
} from './pki/certificate-authority.ts'
export type { Claims, ClaimsHook, TokenContext } from './token/token-signer.ts'
