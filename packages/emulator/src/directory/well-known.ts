import type { AppDeclaration } from './app-declaration.ts'
import type { Resource } from './entries.ts'

/**
 * Microsoft's own programs, public clients in every tenant, with the client ids that Microsoft publishes for them; the
 * first is also the default of Azure SDK credentials. `tenantId` stands for their home tenant.
 */
export function wellKnownApps(tenantId: string): AppDeclaration[] {
  const program = { tenantId, tenants: '*', publicClient: true, redirectUris: ['http://localhost'] } as const
  return [
    { name: 'Azure CLI', clientId: '04b07795-8ddb-461a-bbee-02f9e1bf7b46', ...program },
    { name: 'Azure PowerShell', clientId: '1950a258-227b-4e31-a9cf-717495945fc2', ...program },
    { name: 'Visual Studio Code', clientId: 'aebc6443-996d-45c2-90f0-388ff96faa56', ...program },
  ]
}

/** Resources that exist in every tenant, with the application ids Microsoft publishes for them. */
export const wellKnownResources: readonly Resource[] = [
  { ids: ['https://graph.microsoft.com'], appId: '00000003-0000-0000-c000-000000000000' },
  { ids: ['https://graph.windows.net'], appId: '00000002-0000-0000-c000-000000000000' },
  {
    ids: ['https://management.azure.com', 'https://management.core.windows.net'],
    appId: '797f4846-ba00-4fd7-ba43-dac1f8f63013',
  },
  { ids: ['https://storage.azure.com'], appId: 'e406a681-f3d4-42a8-90b6-c2b029497af1' },
  { ids: ['https://vault.azure.net'], appId: 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093' },
  { ids: ['https://database.windows.net'], appId: '022907d3-0f1b-48f7-badc-1ba6abab6d66' },
  { ids: ['https://ossrdbms-aad.database.windows.net'], appId: '123cd850-d9df-40bd-94d5-c9f07b7fa203' },
  { ids: ['https://cognitiveservices.azure.com'], appId: '7d312290-28c8-473c-a0ed-8e53749b6d6d' },
  { ids: ['https://servicebus.azure.net'], appId: '80a10ef9-8168-493d-abf9-3297c4ef6e3c' },
  { ids: ['https://eventhubs.azure.net'], appId: '80369ed6-5f11-4dd9-bef3-692475845e77' },
  { ids: ['https://azconfig.io'], appId: '35ffadb3-7fc1-497e-b61b-381d28e744cc' },
  { ids: ['https://search.azure.com'], appId: '880da380-985e-4198-81b9-e05b1cc53158' },
  { ids: ['https://cosmos.azure.com'], appId: 'a232010e-820c-4083-83bb-3ace5fc29d0b' },
  { ids: ['https://containerregistry.azure.net'], appId: '6a0ec4d3-30cb-4a83-91c0-ae56bc0e3d26' },
  // The API server of every AKS cluster whose Entra integration AKS manages; kubelogin has the same.
  { ids: ['6dae42f8-4368-4678-94ff-3960e28e3630'], appId: '6dae42f8-4368-4678-94ff-3960e28e3630' },
  { ids: ['api://AzureADTokenExchange'], appId: 'fb60f99c-7a34-4190-8149-302f77469936' },
  { ids: ['https://monitor.azure.com'] },
  { ids: ['https://api.loganalytics.io'], appId: 'ca7f3f0b-7d91-482c-8e09-c5d840d0eac5' },
  { ids: ['https://ai.azure.com'] },
  { ids: ['https://redis.azure.com'] },
]

/** The host of a single account is a resource too, such as `https://contoso.blob.core.windows.net`. */
export const accountHost: RegExp =
  /^https:\/\/[a-z0-9-]+\.((blob|queue|table|file|dfs)\.core\.windows\.net|vault\.azure\.net|servicebus\.windows\.net|azconfig\.io|documents\.azure\.com|azurecr\.io)$/
