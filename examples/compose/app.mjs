// A program in a container: it signs in at one beside it, and stores a blob in another.
import { BlobServiceClient } from '@azure/storage-blob'
import { DefaultAzureCredential } from 'entrada'

const credential = new DefaultAzureCredential({ allowInsecureConnection: true })
const service = new BlobServiceClient(process.env.AZURE_STORAGE_BLOB_ENDPOINT ?? '', credential, {
  // The storage container may still be starting.
  retryOptions: { maxTries: 10, retryDelayInMs: 500 },
})
const container = service.getContainerClient('from-a-container')
await container.createIfNotExists()
await container.getBlockBlobClient('hello.txt').uploadData(Buffer.from('Hello from a container!'))
console.log(String(await container.getBlobClient('hello.txt').downloadToBuffer()))
await credential.close()
