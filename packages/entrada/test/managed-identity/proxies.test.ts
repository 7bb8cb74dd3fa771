import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCertificate } from '../certificates/make-certificate.ts'
import { serveTls, thumbprintOf } from '../http/serve-tls.ts'
import { type Listening, serveHttp, serveTcp } from '../http/servers.ts'
import { create, resource, tokenBody } from './stand-in.ts'

const scope = `${resource}/.default`
let proxy: Listening
let everyProxy: Record<string, string>

beforeAll(async () => {
  proxy = await serveTcp((socket) => socket.destroy())
  const names = [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'ALL_PROXY',
    'npm_config_proxy',
    'npm_config_https_proxy',
    'GLOBAL_AGENT_HTTP_PROXY',
  ]
  everyProxy = Object.fromEntries(names.flatMap((name) => [name, name.toLowerCase()]).map((name) => [name, proxy.url]))
  everyProxy.NODE_USE_ENV_PROXY = '1'
})
afterAll(() => proxy[Symbol.asyncDispose]())

const proxyOptions = (): { host: string; port: number } => ({ host: '127.0.0.1', port: proxy.port })

test.each([
  ['imds', (url: string) => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: url })],
  ['app-service', (url: string) => ({ IDENTITY_ENDPOINT: url, IDENTITY_HEADER: 'header' })],
  ['azure-arc', (url: string) => ({ IDENTITY_ENDPOINT: url, IMDS_ENDPOINT: url })],
  ['machine-learning', (url: string) => ({ MSI_ENDPOINT: url, MSI_SECRET: 'secret' })],
  ['cloud-shell', (url: string) => ({ MSI_ENDPOINT: url })],
])('no proxy stands before %s', async (_, variables) => {
  await using host = await serveHttp((__, response) => response.end(JSON.stringify(tokenBody())))
  const env = { ...everyProxy, ...variables(host.url) }
  const before = { ...process.env }
  Object.assign(process.env, everyProxy)
  try {
    await using credential = create(env, { proxyOptions: proxyOptions() })
    expect((await credential.getToken(scope)).token).toBe('the-token')
  } finally {
    for (const name of Object.keys(everyProxy)) delete process.env[name]
    Object.assign(process.env, before)
  }
  expect(host.connections()).toBe(1)
  expect(proxy.connections()).toBe(0)
})

test('no proxy stands before Service Fabric, though it is https', async () => {
  const made = makeCertificate()
  await using host = await serveTls(made, JSON.stringify(tokenBody()))
  for (const address of ['localhost', '127.0.0.1', '0.0.0.0']) {
    const env = {
      ...everyProxy,
      IDENTITY_ENDPOINT: host.url.replace('localhost', address),
      IDENTITY_HEADER: 'header',
      IDENTITY_SERVER_THUMBPRINT: thumbprintOf(made),
    }
    await using credential = create(env, { proxyOptions: proxyOptions() })
    expect((await credential.getToken(scope)).token).toBe('the-token')
  }
  expect(proxy.connections()).toBe(0)
})

test('no proxy stands before https on an address that the rule of local hosts does not know', async () => {
  const made = makeCertificate()
  await using host = await serveTls(made, '')
  const env = { ...everyProxy, IDENTITY_ENDPOINT: host.url.replace('localhost', '0.0.0.0'), IDENTITY_HEADER: 'header' }
  await using credential = create(env, { proxyOptions: proxyOptions() })
  // Nobody vouches for the certificate; who was asked is what counts.
  await expect(credential.getToken(scope)).rejects.toThrow(/SELF_SIGNED/)
  expect(host.connections()).toBe(1)
  expect(proxy.connections()).toBe(0)
})
