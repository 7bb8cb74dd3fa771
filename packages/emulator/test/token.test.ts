import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  decodeProtectedHeader,
  type JSONWebKeySet,
  jwtVerify,
} from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { clientId, contoso, everywhereClientId, otherTenantId, secret, start, tenantId } from './contoso.ts'
import { issuedToken, refusalOf, requestToken } from './token-request.ts'

const emulator = await startEmulator({ directory: contoso, hosts: ['login.microsoftonline.com'], now: () => start })
afterAll(() => emulator.close())

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

describe('a token for an app', () => {
  test('verifies against the published v2.0 keys, with issuer and audience', async () => {
    const { answer } = await issuedToken(emulator)
    const keys = createRemoteJWKSet(new URL(`${emulator.url}/${tenantId}/discovery/v2.0/keys`), {
      [customFetch]: emulator.fetch,
    })
    const { payload } = await jwtVerify(answer.access_token, keys, {
      currentDate: new Date(start),
      issuer: `${emulator.url}/${tenantId}/`,
      audience: 'https://storage.azure.com',
      algorithms: ['RS256'],
    })
    expect(payload.appid).toBe(clientId)
  })

  test('verifies against the v1 keys and the issuer of the v1 metadata', async () => {
    const { answer } = await issuedToken(emulator)
    const metadata = await emulator.fetch(`${emulator.url}/${tenantId}/.well-known/openid-configuration`)
    const { issuer, jwks_uri } = (await metadata.json()) as { issuer: string; jwks_uri: string }
    const keys = (await (await emulator.fetch(jwks_uri)).json()) as JSONWebKeySet
    await expect(
      jwtVerify(answer.access_token, createLocalJWKSet(keys), { issuer, currentDate: new Date(start) }),
    ).resolves.toBeDefined()
  })

  test('does not verify against the keys of another emulator', async () => {
    await using other = await startEmulator({ directory: contoso })
    const { answer } = await issuedToken(emulator)
    const keys = (await (await other.fetch(`${other.url}/${tenantId}/discovery/keys`)).json()) as JSONWebKeySet
    await expect(jwtVerify(answer.access_token, createLocalJWKSet(keys))).rejects.toThrow('no applicable key')
  })

  test('has the claims and the header of Entra ID', async () => {
    const { answer, claims } = await issuedToken(emulator)
    const now = start / 1000
    expect(claims).toEqual({
      aud: 'https://storage.azure.com',
      iss: `${emulator.url}/${tenantId}/`,
      iat: now - 300,
      nbf: now - 300,
      exp: now + 3599,
      aio: expect.any(String),
      appid: clientId,
      appidacr: '1',
      idp: `${emulator.url}/${tenantId}/`,
      idtyp: 'app',
      oid: expect.stringMatching(guid),
      rh: expect.any(String),
      sub: claims.oid,
      tid: tenantId,
      uti: expect.any(String),
      ver: '1.0',
    })
    const { kid } = decodeProtectedHeader(answer.access_token)
    expect(decodeProtectedHeader(answer.access_token)).toEqual({ typ: 'JWT', alg: 'RS256', kid, x5t: kid })
  })

  test('comes in an answer of exactly the shape of Entra ID', async () => {
    const response = await requestToken(emulator)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      token_type: 'Bearer',
      expires_in: 3599,
      ext_expires_in: 3599,
      access_token: expect.stringMatching(/^ey[\w-]+\.[\w-]+\.[\w-]+$/),
    })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store, no-cache',
      pragma: 'no-cache',
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-ms-request-id': expect.stringMatching(guid),
    })
  })

  test('is never the same twice, while its principal is', async () => {
    const [one, two] = await Promise.all([issuedToken(emulator), issuedToken(emulator)])
    expect(one.claims.uti).not.toBe(two.claims.uti)
    expect(one.claims.oid).toBe(two.claims.oid)
  })

  test('carries the roles declared for its resource, and no others', async () => {
    const graph = await issuedToken(emulator, { scope: 'https://graph.microsoft.com/.default' })
    const storage = await issuedToken(emulator)
    expect(graph.claims.roles).toEqual(['User.Read.All'])
    expect(storage.claims).not.toHaveProperty('roles')
  })
})

describe('the audience is the resource of the scope', () => {
  test.for([
    ['https://storage.azure.com/.default', 'https://storage.azure.com'],
    ['https://management.core.windows.net//.default', 'https://management.core.windows.net/'],
    ['https://r123.example/.default', 'https://r123.example'],
    ['https://devaccount.blob.core.windows.net/.default', 'https://devaccount.blob.core.windows.net'],
    ['00000003-0000-0000-c000-000000000000/.default', '00000003-0000-0000-c000-000000000000'],
    [`api://${clientId}/.default`, `api://${clientId}`],
    ['api://orders/.default', 'api://orders'],
  ])('%s gives %s', async ([scope = '', audience]) => {
    const { claims } = await issuedToken(emulator, { scope })
    expect(claims.aud).toBe(audience)
  })

  test('the v1 endpoint takes a resource as it is', async () => {
    const form = { scope: undefined, resource: 'https://management.azure.com/' }
    const { claims } = await issuedToken(emulator, form, { path: `/${tenantId}/oauth2/token` })
    expect(claims.aud).toBe('https://management.azure.com/')
  })
})

describe('a client may show itself', () => {
  test('by HTTP Basic, its secret encoded as a form is', async () => {
    const encoded = new URLSearchParams({ '': secret }).toString().slice(1)
    const authorization = `Basic ${Buffer.from(`${clientId}:${encoded}`).toString('base64')}`
    const form = { client_id: undefined, client_secret: undefined }
    const { claims } = await issuedToken(emulator, form, { headers: { authorization } })
    expect(claims.appid).toBe(clientId)
  })

  test('in a tenant given by domain, in any case', async () => {
    const { claims } = await issuedToken(emulator, {}, { path: '/Contoso.OnMicrosoft.com/oauth2/v2.0/token' })
    expect(claims.tid).toBe(tenantId)
  })

  test('in every tenant where it has a principal, with an object id for each', async () => {
    const form = { client_id: everywhereClientId }
    const home = await issuedToken(emulator, form)
    const away = await issuedToken(emulator, form, { path: `/${otherTenantId}/oauth2/v2.0/token` })
    expect(away.claims.tid).toBe(otherTenantId)
    expect(away.claims.oid).not.toBe(home.claims.oid)
  })

  test('to the AD FS endpoint, which has no tenant', async () => {
    const { claims } = await issuedToken(emulator, {}, { path: '/adfs/oauth2/token' })
    expect(claims.tid).toBe(tenantId)
  })
})

test('a directory can be strict about resources', async () => {
  await using special = await startEmulator({ directory: { ...contoso, anyResource: false } })
  const strange = await refusalOf(await requestToken(special, { scope: 'https://r123.example/.default' }))
  expect(strange.error_codes).toEqual([500011])
  await issuedToken(special, { scope: 'https://orders.example/.default' })
  await issuedToken(special, { scope: 'https://acc.queue.core.windows.net/.default' })
})
