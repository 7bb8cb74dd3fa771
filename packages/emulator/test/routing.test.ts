import { afterAll, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { contoso, tenantId } from './contoso.ts'

const emulator = await startEmulator({ directory: contoso })
afterAll(() => emulator.close())

async function status(path: string, method = 'GET'): Promise<number> {
  return (await emulator.fetch(emulator.url + path, { method })).status
}

test.for([
  '/Common/V2.0/.Well-Known/OpenID-Configuration',
  '/ADFS/.well-known/openid-configuration',
  '/common/discovery/keys/',
  '/adfs/discovery/keys/',
  `/${tenantId.toUpperCase()}/discovery/v2.0/keys`,
  '/fabrikam%2Eexample/discovery/keys',
])('%s is found, in upper and lower case, escaped, and with a slash at its end', async (path) => {
  expect(await status(path)).toBe(200)
})

test('a tenant is repeated as it was written', async () => {
  const written = tenantId.toUpperCase()
  const response = await emulator.fetch(`${emulator.url}/${written}/Discovery/v2.0/Keys`)
  expect(await response.json()).toMatchObject({ keys: [{ issuer: `${emulator.url}/${written}/v2.0` }] })
})

test.for(['/common/discovery/keysx', '/x/common/discovery/keys', '/commonXdiscovery/keys', '/common//discovery/keys'])(
  '%s is nowhere',
  async (path) => {
    expect([await status(path), await status(path, 'POST')]).toEqual([404, 404])
  },
)

test.for(['POST', 'PUT', 'DELETE', 'OPTIONS'])('metadata does not take %s', async (method) => {
  const paths = ['/', '/adfs/discovery/keys', '/common/discovery/instance']
  expect(await Promise.all(paths.map((path) => status(path, method)))).toEqual([405, 405, 405])
})

test.for(['GET', 'HEAD', 'PUT'])('a token endpoint refuses %s itself', async (method) => {
  expect(await status(`/${tenantId}/oauth2/v2.0/token`, method)).toBe(400)
})

test('HEAD tells the length that GET has', async () => {
  const [head, get] = await Promise.all([fetch(emulator.httpUrl, { method: 'HEAD' }), fetch(emulator.httpUrl)])
  expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'))
  expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0)
})
