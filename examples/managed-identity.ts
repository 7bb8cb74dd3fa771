// Signs in with the managed identity of the Azure host that it runs on, and lists the containers of Azure Storage.
import { BlobServiceClient } from '@azure/storage-blob'
import { ManagedIdentityCredential } from 'entrada'

const endpoint = process.env.AZURE_STORAGE_BLOB_ENDPOINT ?? 'https://account.blob.core.windows.net'

await using credential = new ManagedIdentityCredential()

const containers: string[] = []
for await (const { name } of new BlobServiceClient(endpoint, credential).listContainers()) containers.push(name)
console.log(`Found ${containers.length} containers`)
