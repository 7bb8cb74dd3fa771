import { DefaultAzureCredential } from '@azure/identity'

// From here on, before.ts and after.ts are the same.

import { BlobServiceClient } from '@azure/storage-blob'

const endpoint = process.env.AZURE_STORAGE_BLOB_ENDPOINT ?? 'https://account.blob.core.windows.net'
const storage = new BlobServiceClient(endpoint, new DefaultAzureCredential({ disableInstanceDiscovery: true }))

for await (const container of storage.listContainers()) console.log(`Container: ${container.name}`)
