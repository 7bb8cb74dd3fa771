/** The members of the default chain, in the order in which they are asked. */
export const chainMembers: readonly string[] = [
  'EnvironmentCredential',
  'WorkloadIdentityCredential',
  'ManagedIdentityCredential',
  'GitHubActionsCredential',
  'SharedTokenCacheCredential',
  'VisualStudioCodeCredential',
  'AzureCliCredential',
  'AzurePowerShellCredential',
  'AzureDeveloperCliCredential',
  'InteractiveBrowserCredential',
  'BrokerCredential',
]

/** Members that are asked only if somebody chose them. */
export const optionalMembers: readonly string[] = ['GitHubActionsCredential', 'InteractiveBrowserCredential']

/** Members that `AZURE_TOKEN_CREDENTIALS=prod` leaves in the chain. */
export const deployedMembers: readonly string[] = [
  'EnvironmentCredential',
  'WorkloadIdentityCredential',
  'ManagedIdentityCredential',
]
