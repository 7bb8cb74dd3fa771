import type { AppDeclaration } from './declaration.ts'

/**
 * Microsoft's own programs, which people sign in to in every tenant without a secret, with the client ids that Microsoft
 * publishes for them; the first is also the default of Azure SDK credentials. `tenantId` stands for their home.
 */
export function wellKnownApps(tenantId: string): AppDeclaration[] {
  const program = { tenantId, tenants: '*', publicClient: true, redirectUris: ['http://localhost'] } as const
  return [
    { name: 'Azure CLI', clientId: '04b07795-8ddb-461a-bbee-02f9e1bf7b46', ...program },
    { name: 'Azure PowerShell', clientId: '1950a258-227b-4e31-a9cf-717495945fc2', ...program },
    { name: 'Visual Studio Code', clientId: 'aebc6443-996d-45c2-90f0-388ff96faa56', ...program },
  ]
}
