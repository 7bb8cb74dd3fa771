import { inspect } from 'node:util'
import {
  AuthenticationRequiredError,
  AuthorizationCodeCredential,
  type AuthorizationCodeCredentialOptions,
  CredentialUnavailableError,
} from 'entrada'
import { memoryTokenStore } from 'entrada/store'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  clientId,
  createWorld,
  failure,
  recognisableSecret,
  redirectUri,
  scope,
  tenantId,
  until,
  user,
  type World,
} from '../world.ts'
import { thrown } from './thrown.ts'

const otherScope = 'https://vault.azure.net/.default'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
beforeEach(() => world.reset())
afterAll(() => world.close())

function ofWebApp(code: string, options: AuthorizationCodeCredentialOptions = {}): AuthorizationCodeCredential {
  const all = { ...world.options(), ...options }
  return new AuthorizationCodeCredential(tenantId, clientId, recognisableSecret, code, redirectUri, all)
}

const grants = (): (string | undefined)[] => world.emulator.requests.map(({ form }) => form.grant_type)

test('an app with a secret redeems the code, with its redirect URI', async () => {
  const code = world.code()
  await using credential = ofWebApp(code)
  const { token } = await credential.getToken(scope)
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  expect(claims.oid).toBe(user.objectId)
  expect(world.emulator.requests[0]?.form).toMatchObject({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    client_id: clientId,
    client_secret: recognisableSecret,
    scope: `${scope} openid profile offline_access`,
  })
})

test('a public app redeems the code without a secret, with options or without', async () => {
  world.emulator.updateApp('app', { publicClient: true })
  await using credential = new AuthorizationCodeCredential(
    tenantId,
    clientId,
    world.code(),
    redirectUri,
    world.options(),
  )
  await credential.getToken(scope)
  expect(world.emulator.requests[0]?.form).not.toHaveProperty('client_secret')
  world.emulator.updateApp('app', { publicClient: false })
  expect(new AuthorizationCodeCredential(tenantId, clientId, 'code', redirectUri).name).toBe(
    'AuthorizationCodeCredential',
  )
})

test.each<[string, unknown[], RegExp, boolean]>([
  ['no code', [tenantId, clientId, 'secret', '', redirectUri], /authorizationCode is a required parameter/, true],
  ['no secret', [tenantId, clientId, '', 'code', redirectUri], /clientSecret is a required parameter/, true],
  ['no redirect URI', [tenantId, clientId, 'code', undefined], /redirectUri is a required parameter/, true],
  ['no client', [tenantId, '', 'code', redirectUri], /clientId is a required parameter/, true],
  ['a redirect URI that is none', [tenantId, clientId, 'code', 'signed-in'], /redirectUri is not a URL/, false],
  ['a tenant that is a path', ['../x', clientId, 'code', redirectUri], /tenantId/, false],
])('the constructor refuses %s', (_, values, reason, isMissing) => {
  const error = thrown(() => Reflect.construct(AuthorizationCodeCredential, values))
  expect(error).toBeInstanceOf(isMissing ? CredentialUnavailableError : TypeError)
  expect(error.message).toMatch(reason)
})

test('callers of different scopes at once redeem the code once, and the others use the refresh token', async () => {
  await using credential = ofWebApp(world.code())
  const scopes = [scope, otherScope, 'https://a.example/.default', 'https://b.example/.default']
  const tokens = await Promise.all(scopes.map((asked) => credential.getToken(asked)))
  expect(new Set(tokens.map(({ token }) => token)).size).toBe(4)
  expect(grants()).toEqual(['authorization_code', 'refresh_token', 'refresh_token', 'refresh_token'])
})

test.each<[string, object, RegExp]>([
  ['a broken server', { status: 400, body: { error: 'temporarily_unavailable' } }, /temporarily_unavailable/],
  ['a wrong secret', { aadsts: 7000215 }, /AADSTS7000215/],
  ['a body without a token', { status: 200, body: {} }, /returned no token/],
])('the code is kept when its redemption fails: %s', async (_, fault, reason) => {
  await using credential = ofWebApp(world.code())
  world.emulator.faults.next(fault)
  expect((await failure(credential.getToken(scope))).message).toMatch(reason)
  expect((await credential.getToken(scope)).token).toBeTruthy()
  expect(grants()).toEqual(['authorization_code', 'authorization_code'])
})

test('when redeeming fails for one caller, exactly one of the callers that waited for it tries again', async () => {
  await using credential = ofWebApp(world.code())
  world.emulator.faults.next({ aadsts: 7000215 })
  const scopes = [scope, otherScope, 'https://a.example/.default']
  const results = await Promise.allSettled(scopes.map((asked) => credential.getToken(asked)))
  expect(results.map(({ status }) => status).sort((a, b) => (a < b ? -1 : 1))).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
  ])
  expect(grants()).toEqual(['authorization_code', 'authorization_code', 'refresh_token'])
})

test('a caller who leaves while the code is redeemed does not take the code along', async () => {
  await using credential = ofWebApp(world.code())
  world.emulator.faults.next({ delay: 60_000 })
  const leaver = new AbortController()
  const left = failure(credential.getToken(scope, { abortSignal: leaver.signal }))
  await until(() => world.tokenRequests() === 1)
  const stayed = credential.getToken(otherScope)
  leaver.abort()
  expect((await left).name).toBe('AbortError')
  expect((await stayed).token).toBeTruthy()
})

test('refresh tokens take each other’s place', async () => {
  await using credential = ofWebApp(world.code())
  for (let hour = 0; hour < 4; hour++) {
    await credential.getToken(scope)
    world.emulator.clock.advance(3_600_000)
  }
  expect(grants()).toEqual(['authorization_code', 'refresh_token', 'refresh_token', 'refresh_token'])
  const used = world.emulator.requests.flatMap(({ form }) => form.refresh_token ?? [])
  expect(new Set(used).size).toBe(3)
})

test('when the refresh tokens are revoked, the user has to sign in again; the code is not sent a second time', async () => {
  await using credential = ofWebApp(world.code())
  await credential.getToken(scope)
  world.emulator.revokeRefreshTokens()
  for (let call = 0; call < 2; call++) {
    const error = await failure(credential.getToken(otherScope))
    expect(error).toBeInstanceOf(AuthenticationRequiredError)
    expect(error).toMatchObject({ scopes: [otherScope] })
    expect(error.message).toMatch(/the code has already been redeemed, and there is no refresh token .* new code\.$/)
  }
  expect(grants()).toEqual(['authorization_code', 'refresh_token'])
  expect((await credential.getToken(scope)).token).toBeTruthy()
})

test('after a response without a refresh token its token is usable, and another scope needs a new code', async () => {
  let requests = 0
  const fetch = () => Response.json({ access_token: `token-${++requests}`, expires_in: 3600 })
  await using credential = ofWebApp('code', { fetch })
  const tokens = await Promise.allSettled([credential.getToken(scope), credential.getToken(otherScope)])
  expect(tokens.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  expect(await failure(credential.getToken(otherScope))).toBeInstanceOf(AuthenticationRequiredError)
  expect((await credential.getToken(scope)).token).toBe('token-1')
  expect(requests).toBe(1)
})

test('missing consent for one scope does not end the sign-in for the others', async () => {
  await using credential = ofWebApp(world.code())
  await credential.getToken(scope)
  const claims = '{"access_token":{"polids":{"essential":true,"values":["p"]}}}'
  world.emulator.faults.next({ aadsts: 65001 }, { aadsts: 53003, claims })
  expect((await failure(credential.getToken(otherScope))).message).toContain('AADSTS65001')
  expect(await failure(credential.getToken(otherScope))).toMatchObject({ name: 'AuthenticationRequiredError', claims })
  expect((await credential.getToken('https://third.example/.default')).token).toBeTruthy()
})

test('a refusal that comes late does not cost the refresh token that came meanwhile, where each works once', async () => {
  const used: string[] = []
  let issued = 0
  let first: () => void = () => undefined
  const answered = new Promise<void>((resolve) => {
    first = resolve
  })
  const fetch = async (_: string, { body = '' }: { body?: string | undefined }) => {
    const token = new URLSearchParams(body).get('refresh_token') ?? 'the code'
    if (used.includes(token)) {
      await answered
      return Response.json({ error: 'invalid_grant', suberror: 'bad_token' }, { status: 400 })
    }
    used.push(token)
    issued++
    return Response.json({ access_token: `token-${issued}`, refresh_token: `refresh-${issued}`, expires_in: 3600 })
  }
  await using credential = ofWebApp('code', { fetch })
  await credential.getToken(scope)
  const early = credential.getToken(otherScope)
  const late = credential.getToken('https://third.example/.default')
  expect((await early).token).toBe('token-2')
  first()
  expect((await late).token).toBe('token-3')
  expect(used).toEqual(['the code', 'refresh-1', 'refresh-2'])
})

test('with a store, the next process goes on with the refresh token of the same code', async () => {
  const tokenStore = memoryTokenStore({ now: () => world.emulator.clock.now() })
  const code = world.code()
  await using first = ofWebApp(code, { tokenStore })
  await first.getToken(scope)
  await using second = ofWebApp(code, { tokenStore })
  await second.getToken(otherScope)
  expect(grants()).toEqual(['authorization_code', 'refresh_token'])
})

test('a server that repeats the code finds it taken out of the error', async () => {
  const code = world.code()
  await using credential = ofWebApp(code)
  world.emulator.faults.next({
    status: 400,
    body: { error: 'invalid_grant', error_description: `AADSTS54005: ${code}` },
  })
  const error = await failure(credential.getToken(scope))
  expect(error.message).toContain('AADSTS54005: ***')
  expect(inspect([error, credential], { depth: 10, showHidden: true })).not.toContain(code)
})
