// Through the entry, so that Node has the classes in the file that a program loads anyway.
import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePipelinesCredential,
  AzurePowerShellCredential,
  CertificateCredential,
  ChainedTokenCredential,
  ClientAssertionCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  DeviceCodeCredential,
  type EntradaCredential,
  EnvironmentCredential,
  GitHubActionsCredential,
  InteractiveBrowserCredential,
  ManagedIdentityCredential,
  managedIdentityAssertion,
  SharedTokenCacheCredential,
  type TokenCredential,
  // biome-ignore lint/suspicious/noDeprecatedImports: deprecated by Microsoft, and still in use
  UsernamePasswordCredential,
  VisualStudioCodeCredential,
  WorkloadIdentityCredential,
} from '../index.ts'
import type { CredentialName } from './fields.ts'

/** What a description has come to: the fields of its credential, read and checked, with the options of all credentials. */
// biome-ignore lint/suspicious/noExplicitAny: the table of fields says what each is, and the constructors check them again
export type Given = any

/** How each credential is made: its own arguments are taken out of what is given, and the rest are its options. */
export const makers: Readonly<Record<CredentialName, (given: Given) => EntradaCredential>> = {
  ClientSecretCredential: ({ tenantId, clientId, clientSecret, ...options }) =>
    new ClientSecretCredential(tenantId, clientId, clientSecret, options),
  CertificateCredential: ({ tenantId, clientId, ...given }) => {
    const { certificatePath, certificate, certificateBase64, certificatePassword, ...options } = given
    const source = { certificatePath, certificate, certificateBase64, certificatePassword }
    return new CertificateCredential(tenantId, clientId, source, options)
  },
  ClientAssertionCredential: ({ tenantId, clientId, managedIdentity, ...options }) => {
    const { host, authorityHost } = options
    const identity = new ManagedIdentityCredential({ ...managedIdentity, ...(host && { host }) })
    const assertion = managedIdentityAssertion(identity, authorityHost === undefined ? {} : { authorityHost })
    return new ClientAssertionCredential(tenantId, clientId, assertion, options)
  },
  WorkloadIdentityCredential: (options) => new WorkloadIdentityCredential(options),
  AzurePipelinesCredential: (options) => new AzurePipelinesCredential(options),
  GitHubActionsCredential: (options) => new GitHubActionsCredential(options),
  EnvironmentCredential: (options) => new EnvironmentCredential(options),
  ManagedIdentityCredential: (options) => new ManagedIdentityCredential(options),
  AzureCliCredential: (options) => new AzureCliCredential(options),
  AzureDeveloperCliCredential: (options) => new AzureDeveloperCliCredential(options),
  AzurePowerShellCredential: (options) => new AzurePowerShellCredential(options),
  VisualStudioCodeCredential: (options) => new VisualStudioCodeCredential(options),
  SharedTokenCacheCredential: (options) => new SharedTokenCacheCredential(options),
  InteractiveBrowserCredential: (options) => new InteractiveBrowserCredential(options),
  DeviceCodeCredential: (options) => new DeviceCodeCredential(options),
  UsernamePasswordCredential: ({ tenantId, clientId, username, password, ...options }) =>
    new UsernamePasswordCredential(tenantId, clientId, username, password, options),
  DefaultAzureCredential: (options) => new DefaultAzureCredential(options),
}

/** A chain of credentials, which are asked in order. */
export function makeChain(members: readonly TokenCredential[]): EntradaCredential {
  return new ChainedTokenCredential(...members)
}
