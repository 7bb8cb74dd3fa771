import { BlobServiceClient } from '@azure/storage-blob'
import { startSandbox as startPlainSandbox } from '@entrada/emulator/sandbox'
import { CertificateCredential, ClientSecretCredential, DefaultAzureCredential, type EntradaCredential } from 'entrada'
import { afterAll, expect, test } from 'vitest'
import { clientCertificate } from './certificates.ts'
import { givenAuthority } from './given-authority.ts'
import { startSandbox } from './sandbox.mjs'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

const sandbox = await startSandbox(givenAuthority())
afterAll(sandbox.close)

const { tenantId, clientId, clientSecret } = applicationOf(sandbox.emulator)
const authorityHost = sandbox.emulator.url
const { certificate, pem } = await clientCertificate()
sandbox.emulator.updateApp('demo', { certificates: [certificate] })

const credentials: EntradaCredential[] = [
  new CertificateCredential(tenantId, clientId, { certificate: pem }, { authorityHost }),
  new ClientSecretCredential(tenantId, clientId, clientSecret, { authorityHost }),
  new DefaultAzureCredential({ host: { env: sandbox.env } }),
]

test.for(credentials.map((credential) => [credential.name, credential] as const))(
  '%s creates a container, uploads a blob, lists it and downloads it',
  async ([, credential]) => {
    const service = new BlobServiceClient(sandbox.storageUrl, credential)
    const container = service.getContainerClient(credential.name.toLowerCase())
    await container.create()
    await container.getBlockBlobClient('greeting.txt').uploadData(Buffer.from('hello'))

    expect(await namesOf(container.listBlobsFlat())).toEqual(['greeting.txt'])
    expect(String(await container.getBlobClient('greeting.txt').downloadToBuffer())).toBe('hello')
    expect(await namesOf(service.listContainers())).toContain(container.containerName)
    await credential.close()
  },
)

test('many requests to Azure Storage cost one request to Entra ID', async () => {
  await using credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { authorityHost })
  const before = sandbox.emulator.requests.length
  const service = new BlobServiceClient(sandbox.storageUrl, credential)
  await Promise.all(Array.from({ length: 5 }, () => namesOf(service.listContainers())))
  expect(sandbox.emulator.requests.length - before).toBe(1)
})

test('a user delegation key is given, which needs the object and the tenant in the token', async () => {
  await using credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { authorityHost })
  const service = new BlobServiceClient(sandbox.storageUrl, credential)
  const key = await service.getUserDelegationKey(new Date(), new Date(Date.now() + 3_600_000))
  expect(key.signedTenantId).toBe(tenantId)
})

test('the queue and table services take the same token', async () => {
  await using credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { authorityHost })
  const { token } = await credential.getToken('https://storage.azure.com/.default')
  const { queue, table } = sandbox.storage
  for (const url of [`${queue}?comp=list`, `${table}/Tables`]) {
    const headers = { authorization: `Bearer ${token}`, 'x-ms-version': '2021-08-06', accept: 'application/json' }
    expect((await fetch(url, { headers })).status, url).toBe(200)
    expect((await fetch(url, { headers: { ...headers, authorization: 'Bearer a.b.c' } })).status, url).toBe(403)
  }
})

test('what Azurite says when it does not start is in the error, and nothing is left running', async () => {
  const { port } = new URL(sandbox.storage.blob)
  const refused = await startPlainSandbox({ azurite: { blobPort: Number(port) } }).catch(({ message }) => message)
  expect(refused).toMatch(/^startSandbox: Azurite did not start. Its output: [^\n]*EADDRINUSE/)
})

test('on every address, its endpoints are those that this machine reaches', async () => {
  await using open = await startPlainSandbox({ ca: givenAuthority(), hostname: '0.0.0.0', allowNonLoopback: true })
  expect(open.storage.blob).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/devstoreaccount1$/)
  expect((await fetch(`${open.storage.blob}?comp=list`)).status).toBe(403)
})

test('Azurite refuses a token that does not claim to be of the public cloud, so it does look at them', async () => {
  await using emulator = await startTrustedEmulator({ issuer: 'local' })
  const app = applicationOf(emulator)
  const options = { authorityHost: emulator.url }
  await using credential = new ClientSecretCredential(app.tenantId, app.clientId, app.clientSecret, options)
  const service = new BlobServiceClient(sandbox.storageUrl, credential)
  await expect(namesOf(service.listContainers())).rejects.toMatchObject({
    statusCode: 403,
    code: 'AuthenticationFailed',
  })
})

async function namesOf(items: AsyncIterable<{ name: string }>): Promise<string[]> {
  const names: string[] = []
  for await (const { name } of items) names.push(name)
  return names
}
