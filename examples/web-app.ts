// A web app shares one credential, with its cache and connections, from start-up to shutdown.
import { BlobServiceClient } from '@azure/storage-blob'
import { serve } from '@hono/node-server'
import { DefaultAzureCredential } from 'entrada'
import { Hono } from 'hono'

const credential = new DefaultAzureCredential()
const endpoint = process.env.AZURE_STORAGE_BLOB_ENDPOINT ?? 'https://account.blob.core.windows.net'
const storage = new BlobServiceClient(endpoint, credential)

const app = new Hono()
app.get('/containers', async (context) => {
  const containers: string[] = []
  for await (const { name } of storage.listContainers()) containers.push(name)
  return context.json({ containers })
})

const options = { fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env.PORT ?? 3000) }
const server = serve(options, ({ port }) => console.log(`Listening on http://127.0.0.1:${port}/containers`))

process.once('SIGTERM', () => {
  server.close(async () => {
    await credential.close()
    console.log('Closed')
  })
})
