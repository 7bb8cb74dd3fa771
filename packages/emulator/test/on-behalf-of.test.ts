import { createPrivateKey } from 'node:crypto'
import { ConfidentialClientApplication, type INetworkModule } from '@azure/msal-node'
import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { clientCertificate } from './client-certificate.ts'
import { clientId, otherTenantId, secret, tenantId } from './contoso.ts'
import { forge } from './forge.ts'
import { issuedToken, refusalOf } from './token-request.ts'
import { ada, contosoWithUsers, exchange, refresh, tokensOf } from './user-directory.ts'

const emulator = await startEmulator({ directory: contosoWithUsers })
afterAll(() => emulator.close())
afterEach(() => emulator.updateApp('web', { consent: undefined, conditionalAccess: undefined }))

const adaToken = (): Promise<string> => emulator.userToken({ user: 'ada@contoso.example', app: 'web' })

describe('a user’s token for an app', () => {
  test('verifies against the published keys and tells of the user', async () => {
    const keys = createRemoteJWKSet(new URL(`${emulator.url}/${tenantId}/discovery/v2.0/keys`), {
      [customFetch]: emulator.fetch,
    })
    const expected = { issuer: `${emulator.url}/${tenantId}/`, audience: `api://${clientId}` }
    const { payload } = await jwtVerify(await adaToken(), keys, expected)
    expect(payload).toMatchObject({
      oid: ada.objectId,
      upn: ada.username,
      name: 'Ada Lovelace',
      scp: 'access_as_user',
      tid: tenantId,
      appidacr: '0',
      amr: ['pwd'],
      idtyp: 'user',
    })
  })

  test('may be of anyone, with the permissions and the life that are asked for', async () => {
    const user = { objectId: '12345678-1234-4234-8234-123456789abc', username: 'anyone@contoso.example' }
    const options = { user, app: clientId, scope: 'Orders.Read Orders.Write', lifetimeSeconds: 60, amr: ['pwd', 'mfa'] }
    const claims = decodeJwt(await emulator.userToken(options))
    expect(claims).toMatchObject({ oid: user.objectId, scp: 'Orders.Read Orders.Write', amr: ['pwd', 'mfa'] })
    expect(Number(claims.exp) - Number(claims.iat)).toBe(360)
  })

  test('is not made for users or apps that nobody declared', async () => {
    await expect(emulator.userToken({ user: 'nobody', app: 'web' })).rejects.toThrow(
      'userToken: there is no user "nobody". Declare them in users, or give { objectId, username }.',
    )
    await expect(emulator.userToken({ user: ada, app: 'nope' })).rejects.toThrow('there is no app "nope"')
    const user = { objectId: 'x', username: 'x' }
    await expect(emulator.userToken({ user, app: 'web' })).rejects.toThrow('objectId "x" is not a GUID')
  })
})

describe('on behalf of a user', () => {
  test('an app gets that user’s token for what it calls', async () => {
    const answer = await tokensOf(exchange(emulator, await adaToken(), { client_info: '1' }))
    expect(decodeJwt(answer.access_token)).toMatchObject({
      aud: 'https://graph.microsoft.com',
      oid: ada.objectId,
      upn: ada.username,
      name: 'Ada Lovelace',
      appid: clientId,
      appidacr: '1',
      scp: 'User.Read',
      tid: tenantId,
    })
    expect(answer.scope).toBe('https://graph.microsoft.com/User.Read')
    const info: unknown = JSON.parse(Buffer.from(answer.client_info ?? '', 'base64url').toString())
    expect(info).toEqual({ uid: ada.objectId, utid: tenantId })
  })

  test('the answer has a refresh token when offline_access is asked for, and an id token with openid', async () => {
    const scope = 'https://storage.azure.com/.default'
    const plain = await tokensOf(exchange(emulator, await adaToken(), { scope }))
    expect(plain).not.toHaveProperty('refresh_token')
    expect(plain).not.toHaveProperty('id_token')
    expect(plain.scope).toBe('https://storage.azure.com/user_impersonation https://storage.azure.com/.default')
    const full = await tokensOf(exchange(emulator, await adaToken(), { scope: `${scope} openid offline_access` }))
    expect(decodeJwt(full.id_token ?? '')).toMatchObject({ aud: clientId, preferred_username: ada.username })
    const later = await tokensOf(refresh(emulator, full.refresh_token, { scope: 'https://vault.azure.net/.default' }))
    expect(decodeJwt(later.access_token)).toMatchObject({ aud: 'https://vault.azure.net', oid: ada.objectId })
  })

  test('MSAL gets a token, with a certificate too', async () => {
    const { certificate, privateKey, sha256 } = await clientCertificate()
    emulator.updateApp('web', { certificates: [certificate] })
    const read = async (response: Response) => ({
      headers: Object.fromEntries(response.headers),
      body: await response.json(),
      status: response.status,
    })
    const networkClient = {
      sendGetRequestAsync: async (url: string) => read(await emulator.fetch(url)),
      sendPostRequestAsync: async (url: string, options?: { headers?: Record<string, string>; body?: string }) =>
        read(await emulator.fetch(url, { method: 'POST', headers: options?.headers ?? {}, body: options?.body ?? '' })),
    } as INetworkModule
    const authority = { authority: `${emulator.url}/${tenantId}`, knownAuthorities: [new URL(emulator.url).host] }
    for (const proof of [{ clientSecret: secret }, { clientCertificate: { thumbprintSha256: sha256, privateKey } }]) {
      const auth = { clientId, ...authority, ...proof }
      const app = new ConfidentialClientApplication({ auth, system: { networkClient } })
      const scopes = ['https://graph.microsoft.com/User.Read']
      const result = await app.acquireTokenOnBehalfOf({ oboAssertion: await adaToken(), scopes })
      expect(result?.account).toMatchObject({ username: ada.username, homeAccountId: `${ada.objectId}.${tenantId}` })
      expect(decodeJwt(result?.accessToken ?? '').appid).toBe(clientId)
    }
  })

  test('the tenant may be left to the assertion', async () => {
    const response = await emulator.fetch(`${emulator.url}/organizations/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', requested_token_use: 'on_behalf_of' },
        ...{ client_id: clientId, client_secret: secret, assertion: await adaToken() },
        scope: 'https://graph.microsoft.com/.default',
      }),
    })
    expect(decodeJwt((await tokensOf(Promise.resolve(response))).access_token).tid).toBe(tenantId)
  })
})

describe('an on-behalf-of request is refused', () => {
  const strange = clientCertificate()

  test.for<[string, () => Promise<string>, number, string]>([
    ['whose assertion is no JWT', async () => 'nonsense', 50027, 'invalid or malformed'],
    [
      'whose assertion another key signed',
      async () => forge(await adaToken(), createPrivateKey((await strange).privateKey)),
      50013,
      'signature value',
    ],
    [
      'whose assertion says none',
      async () => forge(await adaToken(), '', { header: { alg: 'none' } }),
      50013,
      'failed',
    ],
    [
      'whose assertion is for another app',
      () => emulator.userToken({ user: ada, app: 'everywhere' }),
      500131,
      `the expected audience is 'api://${clientId}'`,
    ],
    [
      'whose assertion has ended',
      () => emulator.userToken({ user: ada, app: 'web', lifetimeSeconds: -1 }),
      500133,
      'expiry time of assertion',
    ],
    [
      'whose assertion is of another tenant',
      () => emulator.userToken({ user: { ...ada, tenantId: otherTenantId }, app: 'web' }),
      50013,
      'issuer',
    ],
    [
      'whose assertion is an app’s own token',
      async () => (await issuedToken(emulator, { scope: `api://${clientId}/.default` })).answer.access_token,
      7000114,
      'not allowed to make application on-behalf-of calls',
    ],
  ])('%s', async ([, assertion, code, text]) => {
    const body = await refusalOf(await exchange(emulator, await assertion()))
    expect(body).toMatchObject({ error: code === 50027 ? 'invalid_request' : 'invalid_grant', error_codes: [code] })
    expect(body.error_description).toContain(text)
  })

  test.for([
    ['without an assertion', { assertion: undefined }, 900144],
    ['without its use', { requested_token_use: undefined }, 900144],
    ['with another use', { requested_token_use: 'x' }, 9002313],
    ['without a secret', { client_secret: undefined }, 7000218],
    ['with a wrong secret', { client_secret: 'wrong' }, 7000215],
    ['for two resources', { scope: 'https://vault.azure.net/a https://storage.azure.com/b' }, 28000],
    ['for an unknown resource', { scope: 'api://no/x' }, 500011],
  ] as const)('%s', async ([, changes, code]) => {
    const body = await refusalOf(await exchange(emulator, await adaToken(), changes))
    expect(body.error_codes).toEqual([code])
  })

  test('without consent, with the suberror that says so', async () => {
    emulator.updateApp('web', { consent: 'required' })
    const body = await refusalOf(await exchange(emulator, await adaToken()))
    expect(body).toMatchObject({ error: 'invalid_grant', suberror: 'consent_required', error_codes: [65001] })
  })

  test('by a policy, with its claims challenge, until the user has a second factor', async () => {
    const claims = '{"access_token":{"polids":{"essential":true,"values":["9ab03e19-ed42-4168-b6b7-7001fb3e933a"]}}}'
    emulator.updateApp('web', { conditionalAccess: { code: 50076, claims } })
    const body = await refusalOf(await exchange(emulator, await adaToken()))
    expect(body).toMatchObject({
      error: 'interaction_required',
      suberror: 'basic_action',
      error_codes: [50076],
      claims,
    })
    const stronger = await emulator.userToken({ user: ada, app: 'web', amr: ['pwd', 'mfa'] })
    expect((await exchange(emulator, stronger)).status).toBe(200)
  })

  test('by a policy that blocks some users from some resources', async () => {
    const resources = ['https://graph.microsoft.com/']
    emulator.updateApp('web', { conditionalAccess: { code: 53003, resources, users: ['ADA@contoso.example'] } })
    const body = await refusalOf(await exchange(emulator, await adaToken()))
    expect(body).toMatchObject({ error: 'invalid_grant', suberror: 'message_only', error_codes: [53003] })
    expect(JSON.parse(body.claims ?? '')).toHaveProperty('access_token')
    const scope = 'https://vault.azure.net/.default'
    expect((await exchange(emulator, await adaToken(), { scope })).status).toBe(200)
    const charles = await emulator.userToken({ user: 'charles@contoso.example', app: 'web' })
    expect((await exchange(emulator, charles)).status).toBe(200)
  })
})

test('a thousand users take no time with quick signatures, which only the emulator can verify', async () => {
  await using quick = await startEmulator({ directory: contosoWithUsers, signatures: 'quick' })
  for (let each = 0; each < 1000; each++) {
    const user = {
      objectId: `00000000-0000-4000-8000-${String(each).padStart(12, '0')}`,
      username: `u${each}@x.example`,
    }
    const token = await quick.userToken({ user, app: 'web' })
    const answer = await tokensOf(exchange(quick, token))
    expect(decodeJwt(answer.access_token).oid).toBe(user.objectId)
  }
  const token = await quick.userToken({ user: ada, app: 'web' })
  expect((await refusalOf(await exchange(emulator, token))).error_codes).toEqual([50013])
})
