import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ManagedIdentityCredentialClientIdOptions } from '@azure/identity'
import { BlobServiceClient } from '@azure/storage-blob'
import type { AksHost, ManagedIdentity, ManagedIdentityHost } from '@entrada/emulator'
import { decodeJwt } from 'jose'
import { afterAll, afterEach, expect, test } from 'vitest'
import { givenAuthority } from './given-authority.ts'
import { ARC_KEY_DIRECTORY, namespaceRefusal, runClient } from './managed-identity/run-client.ts'
import { startSandbox } from './sandbox.mjs'

const sandbox = await startSandbox(givenAuthority())
const { emulator } = sandbox
const folder = await mkdtemp(join(tmpdir(), 'entrada-interop-'))
afterAll(async () => {
  await sandbox.close()
  await rm(folder, { recursive: true })
})
afterEach(() => emulator.faults.clear())

const scope = 'https://storage.azure.com/.default'
const resource = 'https://storage.azure.com'
const program = fileURLToPath(new URL('managed-identity/get-tokens.mjs', import.meta.url))
const reader = { name: 'reader' }

interface Got {
  tokens?: readonly { token: string; expiresOnTimestamp: number; refreshAfterTimestamp?: number }[]
  error?: { name: string; message: string }
}

interface Asking {
  options?: object
  times?: number
  env?: Record<string, string>
  keyDirectory?: string
}

function ask({ env }: Pick<ManagedIdentityHost, 'env'>, asking: Asking = {}): Promise<Got> {
  const { options = {}, times = 1, keyDirectory } = asking
  return runClient<Got>({
    command: [process.execPath, program],
    env: { ...env, ...asking.env },
    given: { options: { retryOptions: { maxRetries: 0 }, ...options }, scope, times },
    ...(keyDirectory !== undefined && { keyDirectory }),
  })
}

/** That it is a token of this identity, for storage, from the environment's host and for a day. */
async function expectToken(got: Got, identity: ManagedIdentity | undefined): Promise<void> {
  expect(got.error).toBe(undefined)
  const { token = '', expiresOnTimestamp = 0, refreshAfterTimestamp = 0 } = got.tokens?.[0] ?? {}
  expect(decodeJwt(token)).toMatchObject({
    aud: resource,
    appid: identity?.clientId,
    oid: identity?.objectId,
    xms_mirid: identity?.resourceId,
  })
  // It adds the life that is left to a time of its own, which another process's delay makes earlier.
  expect(Math.abs((decodeJwt(token).exp ?? 0) * 1000 - expiresOnTimestamp)).toBeLessThan(60_000)
  expect(refreshAfterTimestamp).toBeLessThan(expiresOnTimestamp)
  await expectAzuriteTakes(token, expiresOnTimestamp)
}

async function expectAzuriteTakes(token: string, expiresOnTimestamp: number): Promise<void> {
  const service = new BlobServiceClient(sandbox.storageUrl, { getToken: async () => ({ token, expiresOnTimestamp }) })
  await expect(service.listContainers().next()).resolves.toHaveProperty('done')
}

function chosen(host: ManagedIdentityHost, by: (identity: ManagedIdentity) => object): object[] {
  return host.identities.filter(({ system }) => !system).map(by)
}

test.for(['imds', 'app-service'] as const)('@azure/identity gets tokens of every identity of %s', async (name) => {
  const host = await emulator.managedIdentity({ host: name, identities: ['system', reader] })
  const [system, user] = host.identities
  await expectToken(await ask(host), system)
  const ways = [
    ...chosen(host, ({ clientId }) => ({ clientId })),
    ...chosen(host, ({ objectId }) => ({ objectId })),
    ...chosen(host, ({ resourceId }) => ({ resourceId })),
  ]
  for (const options of ways) await expectToken(await ask(host, { options }), user)
  const common = ['api-version', 'resource']
  expect(host.requests.flatMap(({ query }) => Object.keys(query).filter((each) => !common.includes(each)))).toEqual([
    ...['client_id', 'object_id', name === 'imds' ? 'msi_res_id' : 'mi_res_id'],
  ])
})

test('@azure/identity gets tokens of Azure Machine Learning', async () => {
  const host = await emulator.managedIdentity({ host: 'machine-learning', identities: ['system', reader] })
  const [system, user] = host.identities
  const options: ManagedIdentityCredentialClientIdOptions = { clientId: user?.clientId ?? '' }
  await expectToken(await ask(host), system)
  await expectToken(await ask(host, { options }), user)
})

test('@azure/identity gets tokens of Cloud Shell', async () => {
  const host = await emulator.managedIdentity({ host: 'cloud-shell' })
  await expectToken(await ask(host), host.identities[0])
  expect(host.requests).toMatchObject([{ method: 'POST', form: { resource } }])
})

test('@azure/identity gets tokens of Service Fabric, whose certificate it has to be told to trust', async () => {
  const host = await emulator.managedIdentity({ host: 'service-fabric' })
  const certificate = join(folder, 'service-fabric.pem')
  await writeFile(certificate, host.certificate)
  expect((await ask(host)).error?.message).toMatch(/self-signed certificate|network_error|Network/i)
  await expectToken(await ask(host, { env: { NODE_EXTRA_CA_CERTS: certificate } }), host.identities[0])
})

test('@azure/identity gets tokens of Azure Arc by the key file', async ({ skip }) => {
  const refusal = namespaceRefusal()
  if (refusal !== undefined) skip(refusal)
  const keyDirectory = join(folder, 'tokens')
  const options = { keyDirectory, shownKeyDirectory: ARC_KEY_DIRECTORY }
  const host = await emulator.managedIdentity({ host: 'azure-arc', ...options, identities: ['system'] })
  await expectToken(await ask(host, { keyDirectory }), host.identities[0])
  expect(host.requests.map(({ status, headers }) => [status, headers.authorization?.split(' ')[0]])).toEqual([
    [401, undefined],
    [200, 'Basic'],
  ])
})

test('@azure/identity exchanges the token of an AKS pod', async () => {
  const tokenFile = join(folder, `token-${crypto.randomUUID()}`)
  const host: AksHost = await emulator.managedIdentity({ host: 'aks', identities: [reader], tokenFile })
  const before = host.requests.length
  await expectToken(await ask(host), host.identities[0])
  expect(host.requests).toHaveLength(before + 1)
})

test('@azure/identity reads the refusals of hosts as those of Azure', async () => {
  const imds = await emulator.managedIdentity({ host: 'imds', identities: [] })
  expect((await ask(imds)).error?.message).toContain('Identity not found')
  const appService = await emulator.managedIdentity({ host: 'app-service', identities: [reader] })
  expect((await ask(appService)).error?.message).toContain('Unable to load the proper Managed Identity')
  const strange = { options: { clientId: '00000000-0000-4000-8000-000000000000' } }
  expect((await ask(appService, strange)).error?.message).toContain('No User Assigned or Delegated Managed Identity')
})

test('@azure/identity keeps a token, unless the host spells the resource another way', async () => {
  const host = await emulator.managedIdentity({ host: 'imds' })
  await ask(host, { times: 3 })
  expect(host.requests).toHaveLength(1)
  host.distort({ resource: (asked) => `${asked}/` })
  await ask(host, { times: 3 })
  expect(host.requests).toHaveLength(1 + 3)
})
