// Signs in with what the environment offers, and uses Azure Storage as that identity.
import { BlobServiceClient } from '@azure/storage-blob'
import { DefaultAzureCredential } from 'entrada'

const endpoint = process.env.AZURE_STORAGE_BLOB_ENDPOINT ?? 'https://account.blob.core.windows.net'

await using credential = new DefaultAzureCredential()

const info = await credential.getTokenInfo('https://storage.azure.com/.default')
// Only to show what is in it: to a program, a token is opaque.
const { tid, aud } = JSON.parse(Buffer.from(info.token.split('.')[1] ?? '', 'base64url').toString())
console.log(`Tenant       ${tid}`)
console.log(`Signed in    by ${info.credential}`)
console.log(`Token        for ${aud}, valid for ${Math.round((info.expiresOn - Date.now() / 1000) / 60)} minutes`)

const container = new BlobServiceClient(endpoint, credential).getContainerClient(`quickstart-${Date.now()}`)
await container.create()
console.log(`Created      container ${container.containerName}`)

await container.getBlockBlobClient('hello.txt').uploadData(Buffer.from('Hello from entrada!'))
console.log('Stored       blob hello.txt')
for await (const blob of container.listBlobsFlat()) {
  const content = await container.getBlobClient(blob.name).downloadToBuffer()
  console.log(`Listed       blob ${blob.name}, which says: ${content}`)
}
