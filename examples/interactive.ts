// Signs in the person at this machine, with their browser, and uses Azure Storage as them. One window opens.
import { BlobServiceClient } from '@azure/storage-blob'
import { InteractiveBrowserCredential } from 'entrada'

const endpoint = process.env.AZURE_STORAGE_BLOB_ENDPOINT ?? 'https://account.blob.core.windows.net'

await using credential = new InteractiveBrowserCredential()

const record = await credential.authenticate('https://graph.microsoft.com/.default')
console.log(`Authenticated user: ${record.username}`)

// Another resource, and nobody is asked again.
for await (const { name } of new BlobServiceClient(endpoint, credential).listContainers()) {
  console.log(`Container: ${name}`)
}
