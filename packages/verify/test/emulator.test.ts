import { startEmulator } from '@entrada/emulator'
import { ClientSecretCredential, OnBehalfOfCredential } from 'entrada'
import { afterAll, expect, test } from 'vitest'
import { accessTokens, onBehalfOf, TokenRejected } from '../src/index.ts'
import { rejectionOf } from './rejected.ts'

const tenantId = '11111111-1111-4111-8111-111111111111'
const [api, daemon] = ['22222222-2222-4222-8222-222222222222', '33333333-3333-4333-8333-333333333333']
const ada = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }
const emulator = await startEmulator({
  directory: {
    tenants: [{ id: tenantId }],
    apps: [
      { name: 'api', clientId: api, tenantId, secrets: [{ value: 'a secret' }] },
      { name: 'daemon', clientId: daemon, tenantId, secrets: [{ value: 'a secret' }], roles: ['Orders.Read.All'] },
    ],
  },
})
afterAll(() => emulator.close())

const host = { now: emulator.clock.now }
// The emulator has a `url` and a `fetch`: it is an authority as it stands.
const verify = accessTokens({ audience: api, tenants: [tenantId], clouds: emulator, host })
const at = { authorityHost: emulator.url, fetch: emulator.fetch, host }

test('a user’s token of the emulator verifies, with its keys asked for once', async () => {
  emulator.requests.clear()
  const token = await emulator.userToken({ user: ada, app: 'api' })
  for (const each of [token, await emulator.userToken({ user: ada, app: 'api', scope: 'Orders.Read' })]) {
    expect(await verify(each)).toMatchObject({
      tenantId,
      objectId: ada.objectId,
      isAppOnly: false,
      username: ada.username,
    })
  }
  expect(emulator.requests.map(({ path }) => path)).toEqual([`/${tenantId}/discovery/keys`])
})

test('an application’s token verifies, with the roles that it has', async () => {
  const credential = new ClientSecretCredential(tenantId, daemon, 'a secret', at)
  const { token } = await credential.getToken(`api://${api}/.default`)
  expect(await verify(token, { requiredRoles: ['Orders.Read.All'] })).toMatchObject({
    clientId: daemon,
    isAppOnly: true,
  })
  expect((await rejectionOf(verify(token, { requiredScopes: ['Orders.Read'] }))).code).toBe('kind')
})

test('a token for Graph, and one for another API, are refused by name', async () => {
  const credential = new ClientSecretCredential(tenantId, daemon, 'a secret', at)
  const codes = ['https://graph.microsoft.com/.default', 'https://storage.azure.com/.default'].map(async (scope) => {
    return (await rejectionOf(verify((await credential.getToken(scope)).token))).code
  })
  expect(await Promise.all(codes)).toEqual(['graph-token', 'audience'])
})

test('tokens with the public cloud’s issuer verify where its name is given', async () => {
  await using public1 = await startEmulator({ issuer: 'public-cloud' })
  const env = public1.env()
  const clouds = { url: public1.url, fetch: public1.fetch, issuers: { v1: 'https://sts.windows.net/{tenantid}/' } }
  const there = accessTokens({ audience: env.AZURE_CLIENT_ID ?? '', tenants: [env.AZURE_TENANT_ID ?? ''], clouds })
  expect(await there(await public1.userToken({ user: ada, app: 'demo' }))).toMatchObject({ version: '1.0' })
})

test('keys that were fetched before verify offline', async () => {
  const answer = await emulator.fetch(`${emulator.url}/${tenantId}/discovery/v2.0/keys`)
  const keys = (await answer.json()) as { keys: Record<string, unknown>[] }
  emulator.requests.clear()
  const offline = accessTokens({ audience: api, tenants: [tenantId], clouds: emulator.url, keys, host })
  expect(await offline(await emulator.userToken({ user: ada, app: 'api' }))).toBeDefined()
  expect(emulator.requests).toHaveLength(0)
})

test('on behalf of a caller, tokens are got with the caller’s token, which was verified', async () => {
  const credential = new OnBehalfOfCredential({ tenantId, clientId: api, clientSecret: 'a secret', ...at })
  const asCaller = onBehalfOf(credential)
  const caller = await verify(await emulator.userToken({ user: ada, app: 'api' }))
  const { token } = await asCaller(caller).getToken('https://graph.microsoft.com/User.Read')
  expect(JSON.parse(atob(token.split('.')[1] ?? ''))).toMatchObject({
    oid: ada.objectId,
    scp: expect.stringMatching('User.Read'),
  })
})

test('Entra ID’s claims challenge becomes the answer to the caller', async () => {
  const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
  emulator.updateApp('api', { conditionalAccess: { code: 50076, claims } })
  const credential = new OnBehalfOfCredential({ tenantId, clientId: api, clientSecret: 'a secret', ...at })
  const caller = await verify(await emulator.userToken({ user: ada, app: 'api' }))
  const thrown = await rejectionOf(onBehalfOf(credential)(caller).getToken('https://graph.microsoft.com/Mail.Read'))
  emulator.updateApp('api', { conditionalAccess: undefined })
  expect(thrown).toMatchObject({ code: 'insufficient-claims', statusCode: 401 })
  expect(thrown.cause).toMatchObject({ name: 'AuthenticationRequiredError' })
  const [, sent = ''] = /claims="([^"]+)"/.exec(thrown.wwwAuthenticate) ?? []
  expect(atob(sent)).toBe(claims)
  expect(thrown.wwwAuthenticate).toMatch(`authorization_uri="${emulator.url}/${tenantId}/oauth2/v2.0/authorize"`)
})

test('nobody acts for an application, or for what was not verified; other errors are passed on', async () => {
  const failing = { getToken: () => Promise.reject(new Error('the network is down')) }
  const { token } = await new ClientSecretCredential(tenantId, daemon, 'a secret', at).getToken(`api://${api}/.default`)
  const app = await verify(token)
  expect(() => onBehalfOf(failing)(app)).toThrow(TokenRejected)
  const user = await verify(await emulator.userToken({ user: ada, app: 'api' }))
  const copy = { ...user, token: 'forged' } as unknown as typeof user
  expect(() => onBehalfOf(failing)(copy)).toThrow(/must be a verified token/)
  await expect(onBehalfOf(failing)(user).getToken('scope')).rejects.toThrow('the network is down')
})
