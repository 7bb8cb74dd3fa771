/** Leaves out the members of the default chain that would look at, or ask, the machine that the tests run on. */
export const withoutMachine = {
  excludeManagedIdentityCredential: true,
  excludeSharedTokenCacheCredential: true,
  excludeVisualStudioCodeCredential: true,
  excludeAzureCliCredential: true,
  excludeAzurePowerShellCredential: true,
  excludeAzureDeveloperCliCredential: true,
  excludeBrokerCredential: true,
} as const
