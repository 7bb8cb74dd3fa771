import type { Emulator } from '@entrada/emulator'
import { ClientSecretCredential, type ClientSecretCredentialOptions } from 'entrada'
import { expect, test } from 'vitest'
import { startConnectProxy } from './connect-proxy.ts'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

const publicCloud = 'login.microsoftonline.com'
// A name that resolves nowhere, so that a request which wrongly goes past the proxy reaches nobody.
const nowhere = 'login.entrada.invalid'
const hosts = [publicCloud, nowhere]

test('proxyOptions lead the requests to Entra ID through the proxy', async () => {
  await using emulator = await startTrustedEmulator({ hosts })
  await using proxy = await startConnectProxy({ [`${publicCloud}:443`]: portOf(emulator) })
  await getToken(emulator, { proxyOptions: { host: '127.0.0.1', port: proxy.port } })

  expect(proxy.connects).toEqual([{ target: `${publicCloud}:443`, authorization: undefined }])
  expect(emulator.requests.map(({ host }) => host)).toEqual([publicCloud])
})

test('proxyOptions with a user name and a password sign in to the proxy', async () => {
  await using emulator = await startTrustedEmulator({ hosts })
  await using proxy = await startConnectProxy({ [`${publicCloud}:443`]: portOf(emulator) })
  const account = { username: 'user@contoso', password: 'p:ss w/rd' }
  await getToken(emulator, { proxyOptions: { host: 'http://127.0.0.1', port: proxy.port, ...account } })

  expect(proxy.connects.map(({ authorization }) => authorization)).toEqual([`Basic ${btoa('user@contoso:p:ss w/rd')}`])
})

test('HTTPS_PROXY leads the requests to Entra ID through the proxy, on one connection', async () => {
  await using emulator = await startTrustedEmulator({ hosts })
  await using proxy = await startConnectProxy({ [`${publicCloud}:443`]: portOf(emulator) })
  const { tenantId, clientId, clientSecret } = applicationOf(emulator)
  const host = { env: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } }
  await using credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { host })
  await credential.getToken('https://storage.azure.com/.default')
  await credential.getToken('https://vault.azure.net/.default')

  expect(emulator.requests).toHaveLength(2)
  expect(proxy.connects.map(({ target }) => target)).toEqual([`${publicCloud}:443`])
})

test('a host that NO_PROXY names is not asked for at the proxy', async () => {
  await using emulator = await startTrustedEmulator({ hosts })
  await using proxy = await startConnectProxy({ [`${nowhere}:443`]: portOf(emulator) })
  const authorityHost = `https://${nowhere}`
  const HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`
  await getToken(emulator, { authorityHost, host: { env: { HTTPS_PROXY } } })
  expect(proxy.connects).toHaveLength(1)

  const env = { HTTPS_PROXY, NO_PROXY: 'example.com,.entrada.invalid' }
  await expect(getToken(emulator, { authorityHost, host: { env } })).rejects.toMatchObject({
    statusCode: 0,
    errorResponse: { error: 'network_error' },
  })
  expect(proxy.connects).toHaveLength(1)
})

test('loopback never goes through a proxy, whoever names one', async () => {
  await using emulator = await startTrustedEmulator()
  await using proxy = await startConnectProxy({})
  const host = { env: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } }
  await getToken(emulator, { authorityHost: emulator.url, host })
  await getToken(emulator, { authorityHost: emulator.url, proxyOptions: { host: '127.0.0.1', port: proxy.port } })
  expect(proxy.connects).toEqual([])
})

test('a proxy that refuses is named as the reason', async () => {
  await using emulator = await startTrustedEmulator({ hosts })
  await using proxy = await startConnectProxy({})
  const refused = getToken(emulator, { proxyOptions: { host: '127.0.0.1', port: proxy.port } })
  await expect(refused).rejects.toMatchObject({ statusCode: 0, message: expect.stringContaining('proxy') })
})

async function getToken(emulator: Emulator, options: ClientSecretCredentialOptions): Promise<void> {
  const { tenantId, clientId, clientSecret } = applicationOf(emulator)
  const retryOptions = { maxRetries: 0 }
  await using credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { retryOptions, ...options })
  await credential.getToken('https://storage.azure.com/.default')
}

function portOf(emulator: Emulator): number {
  return Number(new URL(emulator.url).port)
}
