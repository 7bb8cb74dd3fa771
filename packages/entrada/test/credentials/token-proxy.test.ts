import { writeFile } from 'node:fs/promises'
import type { AksTokenProxy, KubernetesServiceAccount } from '@entrada/emulator'
import {
  CredentialUnavailableError,
  DefaultAzureCredential,
  WorkloadIdentityCredential,
  type WorkloadIdentityCredentialOptions,
} from 'entrada'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { serveTcp } from '../http/servers.ts'
import { noFiles } from '../no-files.ts'
import { withoutMachine } from '../without-machine.ts'
import { createWorld, failure, otherTenantId, scope, tenantId, until, type World } from '../world.ts'
import { thrown } from './thrown.ts'

const tokenPath = `/${tenantId}/oauth2/v2.0/token`

let world: World
let pod: KubernetesServiceAccount
beforeAll(async () => {
  world = await createWorld()
  const lifetimeSeconds = 30 * 86_400
  pod = await world.emulator.kubernetes({ serviceAccount: 'bound', namespace: 'shop', app: 'app', lifetimeSeconds })
})
beforeEach(() => world.reset())
afterAll(() => world.close())

/** A pod's credential whose authority is out of reach: what gets through went through the proxy. */
function bound(env: Record<string, string | undefined>, options: WorkloadIdentityCredentialOptions = {}) {
  const all = world.options({ ...pod.env, ...(env as Record<string, string>) })
  const { tlsOptions: _, ...rest } = all
  return new WorkloadIdentityCredential({
    ...rest,
    authorityHost: 'https://login.invalid',
    enableAzureProxy: true,
    ...options,
  })
}

test('requests go to the proxy with their path, under its name and its authority', async () => {
  const proxy = await world.emulator.aksTokenProxy()
  await using credential = bound(proxy.env, { additionallyAllowedTenants: ['*'] })
  expect((await credential.getToken(scope)).token).toBeTruthy()
  await credential.getToken(scope, { tenantId: otherTenantId })
  expect(proxy.requests).toEqual([
    { method: 'POST', path: tokenPath, servername: proxy.sniName, status: 200 },
    { method: 'POST', path: tokenPath.replace(tenantId, otherTenantId), servername: proxy.sniName, status: 200 },
  ])
})

test.each(['', '/'])('the proxy’s own path stands before the request’s, with %j after it', async (end) => {
  const proxy = await world.emulator.aksTokenProxy({ path: '/identity/bindings' })
  await using credential = bound({ ...proxy.env, AZURE_KUBERNETES_TOKEN_PROXY: proxy.url + end })
  await credential.getToken(scope)
  expect(proxy.requests.map(({ path }) => path)).toEqual([`/identity/bindings${tokenPath}`])
})

test('the authority may be given as data', async () => {
  const proxy = await world.emulator.aksTokenProxy()
  const env = { ...proxy.env, AZURE_KUBERNETES_CA_FILE: undefined, AZURE_KUBERNETES_CA_DATA: proxy.caData }
  await using credential = bound(env)
  expect((await credential.getToken(scope)).token).toBeTruthy()
})

test('callers who look at the authority’s file at any moment of its first reading all trust it', async () => {
  const proxy = await world.emulator.aksTokenProxy()
  let callers = 0
  let finish: () => void = () => undefined
  const read = new Promise<void>((resolve) => {
    finish = resolve
  })
  const files = {
    // One caller sees the file first, and the others one after the other while it is read and used.
    async stamp() {
      const turns = callers++
      if (turns > 0) await read
      for (let turn = 1; turn < turns; turn++) await undefined
      return '1'
    },
    async read() {
      finish()
      return new TextEncoder().encode(proxy.caData)
    },
  }
  const podToken = await pod.rotate()
  const podFiles = { stamp: async () => 'token', read: async () => new TextEncoder().encode(podToken) }
  const either = (path: string) => (path === proxy.caFile ? files : podFiles)
  await using credential = bound(proxy.env, {
    retryOptions: { maxRetries: 0 },
    host: {
      ...world.options().host,
      env: { ...pod.env, ...proxy.env },
      files: { ...noFiles, stamp: (path) => either(path).stamp(), read: (path) => either(path).read() },
    },
  })
  const scopes = Array.from({ length: 30 }, (_, index) => `https://a${index}.example/.default`)
  await Promise.all(scopes.map((asked) => credential.getToken(asked)))
  await credential.getToken(scope)
  expect(proxy.requests).toHaveLength(31)
})

test('another authority in the file is used from the next request on, and connections of the former are not', async () => {
  const proxy = await world.emulator.aksTokenProxy()
  await using credential = bound(proxy.env)
  await credential.getToken(scope)
  await proxy.rotateCa()
  await credential.getToken(scope, { claims: '{}' })
  expect(proxy.requests.map(({ status }) => status)).toEqual([200, 200])
  expect(world.slept).toEqual([])
})

test('a request that is on its way when the authority is replaced gets its answer', async () => {
  const proxy = await world.emulator.aksTokenProxy()
  await using credential = bound(proxy.env, { retryOptions: { maxRetries: 0 } })
  world.emulator.faults.next({ delay: 200 })
  const slow = credential.getToken(scope)
  await until(() => proxy.requests.length === 1)
  await proxy.rotateCa()
  const both = [slow, credential.getToken('https://other.example/.default')]
  expect((await Promise.all(both))[0]?.token).toBeTruthy()
  expect(proxy.requests).toHaveLength(2)
})

test.each<[string, string]>([
  ['empty', ''],
  ['half written', '-----BEGIN CERT'],
])('while the authority’s file is %s, the former one stays in use', async (_, content) => {
  const proxy = await world.emulator.aksTokenProxy()
  await using credential = bound(proxy.env)
  await credential.getToken(scope)
  await writeFile(proxy.caFile, content)
  await credential.getToken(scope, { claims: '{}' })
  await proxy.rotateCa()
  await credential.getToken(scope, { claims: '{}' })
  expect(proxy.requests.map(({ status }) => status)).toEqual([200, 200, 200])
})

test('an authority’s file that is empty from the start is unavailable, and is used as soon as it is written', async () => {
  const proxy = await world.emulator.aksTokenProxy()
  await writeFile(proxy.caFile, '')
  await using credential = bound(proxy.env)
  const error = await failure(credential.getToken(scope))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toMatch(
    /the certificate authority of the token proxy cannot be read from ".*ca\.crt"\. Check AZURE_KUBERNETES_CA_FILE/,
  )
  expect(proxy.requests).toEqual([])
  await writeFile(proxy.caFile, proxy.caData)
  expect((await credential.getToken(scope)).token).toBeTruthy()
})

test('the proxy’s certificate is checked only against its own authority', async () => {
  const proxy = await world.emulator.aksTokenProxy()
  await using credential = bound({ ...proxy.env, AZURE_KUBERNETES_CA_FILE: world.emulator.ca.path })
  expect(await failure(credential.getToken(scope))).toMatchObject({ name: 'AuthenticationError', statusCode: 0 })
  expect(proxy.requests).toEqual([])
})

test('a server of another name is not the proxy', async () => {
  const proxy = await world.emulator.aksTokenProxy()
  await using credential = bound({ ...proxy.env, AZURE_KUBERNETES_SNI_NAME: 'another.ests.aks' })
  expect(await failure(credential.getToken(scope))).toMatchObject({ name: 'AuthenticationError', statusCode: 0 })
  expect(proxy.requests).toEqual([])
})

const url = 'https://proxy.example'
test.each<[string, Record<string, string>, RegExp]>([
  ['http', { AZURE_KUBERNETES_TOKEN_PROXY: 'http://localhost:1' }, /AZURE_KUBERNETES_TOKEN_PROXY is not an https URL/],
  ['no URL', { AZURE_KUBERNETES_TOKEN_PROXY: 'proxy.example' }, /is not an https URL/],
  [
    'a user',
    { AZURE_KUBERNETES_TOKEN_PROXY: 'https://u:S3cret@proxy.example' },
    /has a user name, a query or a fragment/,
  ],
  ['an empty user', { AZURE_KUBERNETES_TOKEN_PROXY: 'https://@proxy.example' }, /has a user name/],
  ['a query', { AZURE_KUBERNETES_TOKEN_PROXY: `${url}/?a=b` }, /has a user name, a query/],
  ['a fragment', { AZURE_KUBERNETES_TOKEN_PROXY: `${url}/#a` }, /has a user name, a query/],
  [
    'both kinds of authority',
    { AZURE_KUBERNETES_TOKEN_PROXY: url, AZURE_KUBERNETES_CA_FILE: '/ca', AZURE_KUBERNETES_CA_DATA: 'pem' },
    /AZURE_KUBERNETES_CA_FILE and AZURE_KUBERNETES_CA_DATA are both set/,
  ],
  ['a name alone', { AZURE_KUBERNETES_SNI_NAME: 'a.ests.aks' }, /AZURE_KUBERNETES_TOKEN_PROXY is not set, but others/],
  ['a file alone', { AZURE_KUBERNETES_CA_FILE: '/ca' }, /AZURE_KUBERNETES_TOKEN_PROXY is not set, but others/],
  ['data alone', { AZURE_KUBERNETES_CA_DATA: 'pem' }, /AZURE_KUBERNETES_TOKEN_PROXY is not set, but others/],
])('the constructor refuses %s', (_, env, reason) => {
  const error = thrown(() => bound(env))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toMatch(/^WorkloadIdentityCredential: /)
  expect(error.message).toMatch(reason)
  expect(error.message).not.toContain('S3cret')
})

test('without enableAzureProxy the variables count for nothing, and with it and no variables nothing changes', async () => {
  const proxy = await world.emulator.aksTokenProxy()
  for (const [env, enableAzureProxy] of [
    [proxy.env, false],
    [{}, true],
  ] as const) {
    const options = world.options({ ...pod.env, ...env })
    await using credential = new WorkloadIdentityCredential({ ...options, enableAzureProxy })
    expect((await credential.getToken(scope)).token).toBeTruthy()
  }
  expect(proxy.requests).toEqual([])
})

test.each<[string, (proxy: AksTokenProxy) => object, number]>([
  ['goes through it with enableAzureProxy', () => ({ enableAzureProxy: true }), 1],
  ['does not without', () => ({}), 0],
])('the default chain %s', async (_, options, expected) => {
  const proxy = await world.emulator.aksTokenProxy()
  await using credential = new DefaultAzureCredential({
    ...world.options({ ...pod.env, ...proxy.env }),
    ...options(proxy),
  })
  expect(await credential.getTokenInfo(scope)).toMatchObject({ credential: 'WorkloadIdentityCredential' })
  expect(proxy.requests).toHaveLength(expected)
})

test('variables that make no sense make the member of the default chain unavailable, which says why', async () => {
  const env = { ...pod.env, AZURE_KUBERNETES_SNI_NAME: 'a.ests.aks' }
  await using credential = new DefaultAzureCredential({
    ...world.options(env),
    ...withoutMachine,
    enableAzureProxy: true,
  })
  const error = await failure(credential.getToken(scope))
  expect(error.message).toContain('WorkloadIdentityCredential: AZURE_KUBERNETES_TOKEN_PROXY is not set')
  expect(world.emulator.requests).toHaveLength(0)
})

test('no proxy of the environment or of the options stands before it', async () => {
  let connections = 0
  await using web = await serveTcp((socket) => {
    connections++
    socket.destroy()
  })
  const env = { HTTPS_PROXY: web.url, ALL_PROXY: web.url, AZURE_KUBERNETES_TOKEN_PROXY: 'https://proxy.invalid' }
  const { hostname, port } = new URL(web.url)
  await using credential = bound(env, {
    proxyOptions: { host: hostname, port: Number(port) },
    retryOptions: { maxRetries: 0 },
  })
  expect((await failure(credential.getToken(scope))).message).toContain('proxy.invalid')
  expect(connections).toBe(0)
})

test('the transport of the options is not asked: it knows neither the proxy’s authority nor its name', async () => {
  const proxy = await world.emulator.aksTokenProxy()
  const fetch = () => {
    throw new Error('asked')
  }
  await using credential = bound(proxy.env, { fetch })
  expect((await credential.getToken(scope)).token).toBeTruthy()
})
