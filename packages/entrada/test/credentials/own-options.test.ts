import { ClientSecretCredential, ManagedIdentityCredential, type TransportInit } from 'entrada'
import { afterEach, expect, test } from 'vitest'
import { clientId, scope, tenantId } from '../world.ts'

const planted: [string, unknown][] = [
  ['authorityHost', 'https://evil.example'],
  ['fetch', () => Promise.reject(new Error('a planted fetch was called'))],
  ['onEvent', () => undefined],
  ['additionallyAllowedTenants', ['*']],
  ['allowInsecureConnection', true],
  ['maxRetries', -1],
]

const plantedInCalls: [string, unknown][] = [
  ['tenantId', 'evil.example'],
  ['claims', '{"id_token":{}}'],
  ['enableCae', true],
  ['abortSignal', AbortSignal.abort()],
  ['requestOptions', { timeout: -1 }],
]

afterEach(() => {
  for (const [name] of [...planted, ...plantedInCalls]) delete (Object.prototype as Record<string, unknown>)[name]
})

test('what other code has put into Object.prototype is not an option', async () => {
  const asked: string[] = []
  const fetch = async (url: string): Promise<Response> => {
    asked.push(new URL(url).origin)
    return Response.json({ access_token: 'T', token_type: 'Bearer', expires_in: 3600 })
  }
  for (const [name, value] of planted) Object.defineProperty(Object.prototype, name, { value, configurable: true })
  const credential = new ClientSecretCredential(tenantId, clientId, 's', { fetch, retryOptions: {}, host: { env: {} } })
  await credential.getToken(scope)
  expect(asked).toEqual(['https://login.microsoftonline.com'])
  const plain = { authorityHost: 'http://emulator:8080', fetch }
  expect(() => new ClientSecretCredential(tenantId, clientId, 's', plain)).toThrow(/must use https/)
})

test('options that are not given are not read from there either', async () => {
  Object.defineProperty(Object.prototype, 'authorityHost', { value: 'evil', configurable: true })
  expect(() => new ClientSecretCredential(tenantId, clientId, 's')).not.toThrow()
  expect(() => new ManagedIdentityCredential()).not.toThrow()
})

test('nor is it an option of a call', async () => {
  const sent: string[] = []
  const fetch = async (url: string, { body = '' }: TransportInit): Promise<Response> => {
    sent.push(`${new URL(url).pathname} ${new URLSearchParams(body).get('claims')}`)
    return Response.json({ access_token: 'T', token_type: 'Bearer', expires_in: 3600 })
  }
  const options = { fetch, additionallyAllowedTenants: ['*'], host: { env: {} } }
  const credential = new ClientSecretCredential(tenantId, clientId, 's', options)
  for (const [name, value] of plantedInCalls)
    Object.defineProperty(Object.prototype, name, { value, configurable: true })
  await credential.getToken(scope)
  await credential.getToken('https://other.example/.default', {})
  expect(new Set(sent)).toEqual(new Set([`/${tenantId}/oauth2/v2.0/token null`]))
})

test('null is not an option of a call either, as in @azure/identity', async () => {
  const fetch = (): Response => Response.json({ access_token: 'T', token_type: 'Bearer', expires_in: 3600 })
  const credential = new ClientSecretCredential(tenantId, clientId, 's', { fetch, host: { env: {} } })
  const nothing = { tenantId: null, claims: null, abortSignal: null } as never
  expect((await credential.getToken(scope, nothing)).token).toBe('T')
})

test('a caller’s options stay as they are', () => {
  const options = Object.freeze({ retryOptions: Object.freeze({ maxRetries: 1 }) })
  expect(() => new ClientSecretCredential(tenantId, clientId, 's', options)).not.toThrow()
})

test.each([
  [{}, ['entrada', 'azsdk-js-identity', 'Node']],
  [{ userAgentPrefix: 'shop/1.2.0' }, ['shop', 'entrada', 'azsdk-js-identity', 'Node']],
])('User-Agent with the options %j names the products in this order', async (userAgentOptions, expected) => {
  let products: string[] = []
  const fetch = async (_: string, { headers }: TransportInit): Promise<Response> => {
    products = headers['User-Agent']?.split(' ') ?? []
    return Response.json({ access_token: 'T', token_type: 'Bearer', expires_in: 3600 })
  }
  await new ClientSecretCredential(tenantId, clientId, 's', { fetch, userAgentOptions }).getToken(scope)
  expect(products.flatMap((product) => /^([\w-]+)\/\d+\.\d+\.\d+$/.exec(product)?.[1] ?? [])).toEqual(expected)
})
