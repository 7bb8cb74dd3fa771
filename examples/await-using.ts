// A credential that closes itself at the end of its block, however the block ends.
import { BlobServiceClient } from '@azure/storage-blob'
import { DefaultAzureCredential } from 'entrada'

const endpoint = process.env.AZURE_STORAGE_BLOB_ENDPOINT ?? 'https://account.blob.core.windows.net'

async function containerNames(): Promise<string[]> {
  await using credential = new DefaultAzureCredential()
  const names: string[] = []
  for await (const { name } of new BlobServiceClient(endpoint, credential).listContainers()) names.push(name)
  return names
}

console.log(`Found ${(await containerNames()).length} containers`)
