/** Microsoft Entra ID on loopback: tokens, metadata, errors and faults for tests and offline work. */
export type { Clock } from './clock.ts'
export type { DeviceSignInOptions } from './device-sign-ins.ts'
export type {
  AppChanges,
  AppDeclaration,
  ConditionalAccessDeclaration,
  DirectoryDeclaration,
  FederatedCredentialDeclaration,
  RedirectUrisDeclaration,
  ResourceDeclaration,
  SecretDeclaration,
  SubscriptionDeclaration,
  TenantDeclaration,
  UserDeclaration,
} from './directory/declaration.ts'
export { type Emulator, startEmulator } from './emulator.ts'
export type { Fault, Faults } from './faults.ts'
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
export type { EmulatorOptions } from './options.ts'
export { type CertificateAuthority, createCertificateAuthority } from './pki/certificate-authority.ts'
export type { LoggedRequest, RequestLog } from './request-log.ts'
export type { AnyUser, AuthorizationCodeOptions, UserTokenOptions } from './sign-ins.ts'
