import { constants, sign as signBytes } from 'node:crypto'
import { inspect } from 'node:util'
import {
  AuthenticationError,
  AuthenticationRequiredError,
  CredentialUnavailableError,
  type EntradaEvent,
  OnBehalfOfCredential,
  type OnBehalfOfCredentialOptions,
} from 'entrada'
import { memoryTokenStore } from 'entrada/store'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makePkcs12 } from '../certificates/make-certificate.ts'
import { withFile } from '../certificates/with-file.ts'
import { assertionOf } from '../contract/assertion.ts'
import {
  clientId,
  createWorld,
  failure,
  otherTenantId,
  recognisableSecret,
  scope,
  tenantId,
  user,
  type World,
} from '../world.ts'
import { thrown } from './thrown.ts'

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const otherScope = 'https://vault.azure.net/.default'
const somebody = { objectId: '66666666-6666-4666-8666-666666666666', username: 'grace@contoso.onmicrosoft.com' }

let world: World
beforeAll(async () => {
  world = await createWorld()
})
beforeEach(() => {
  world.reset()
  world.emulator.updateApp('app', { conditionalAccess: undefined, consent: undefined })
})
afterAll(() => world.close())

function bySecret(options: object = {}): OnBehalfOfCredential {
  const proof = { tenantId, clientId, clientSecret: recognisableSecret }
  return new OnBehalfOfCredential({ ...proof, ...world.options(), ...options })
}

const assertionFor = (someone: typeof user, amr = ['pwd']): Promise<string> =>
  world.emulator.userToken({ user: someone, app: 'app', amr, lifetimeSeconds: 30 * 86_400 })

const grants = (): (string | undefined)[] => world.emulator.requests.map(({ form }) => form.grant_type)

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

test.each<[string, (path: string) => object | Promise<object>, string]>([
  ['a secret', () => ({ clientSecret: recognisableSecret }), 'client_secret'],
  ['the path of a certificate', (certificatePath) => ({ certificatePath }), 'client_assertion'],
  ['a certificate as text', () => ({ certificate: world.certificate.pem }), 'client_assertion'],
  ['a certificate as bytes', () => ({ certificate: Buffer.from(world.certificate.pem) }), 'client_assertion'],
  [
    'PKCS#12',
    () => ({ certificate: makePkcs12(world.certificate, 'a password'), certificatePassword: 'a password' }),
    'client_assertion',
  ],
  [
    'a signing callback',
    () => ({
      certificate: world.certificate.certificate,
      sign: (input: Uint8Array) => signBytes('sha256', input, { key: world.certificate.privateKey, ...pss }),
    }),
    'client_assertion',
  ],
  ['an assertion', () => ({ getAssertion: () => assertionOf(world) }), 'client_assertion'],
])('asks on behalf of a user with %s', async (_, proof, field) => {
  await withFile(world.certificate.pem, async (path) => {
    const options = { tenantId, clientId, ...world.options(), ...(await proof(path)) } as OnBehalfOfCredentialOptions
    await using credential = new OnBehalfOfCredential({ ...options, userAssertionToken: world.userToken })
    const { token } = await credential.getToken(scope)
    expect(claimsOf(token).oid).toBe(user.objectId)
    const { form = {} } = world.emulator.requests[0] ?? {}
    expect(form).toMatchObject({
      grant_type: grantType,
      assertion: world.userToken,
      requested_token_use: 'on_behalf_of',
      client_id: clientId,
    })
    expect(form[field]).toBeTruthy()
    expect(form.scope?.split(' ')).toEqual([scope, 'openid', 'profile', 'offline_access'])
  })
})

test('sendCertificateChain sends the chain, and is off otherwise', async () => {
  const proof = { tenantId, clientId, certificate: world.certificate.pem, userAssertionToken: world.userToken }
  for (const sendCertificateChain of [true, false]) {
    await using credential = new OnBehalfOfCredential({ ...world.options(), ...proof, sendCertificateChain })
    await credential.getToken(scope)
    const [header = ''] = world.emulator.requests.at(-1)?.form.client_assertion?.split('.') ?? []
    expect('x5c' in JSON.parse(Buffer.from(header, 'base64url').toString())).toBe(sendCertificateChain)
  }
})

test.each<[string, object, RegExp]>([
  ['no options', undefined as never, /tenantId is a required parameter/],
  ['no client', { tenantId, clientSecret: 's' }, /clientId is a required parameter/],
  ['no proof', { tenantId, clientId }, /clientSecret, certificatePath, certificate or getAssertion is a required/],
  ['an empty secret', { tenantId, clientId, clientSecret: '' }, /clientSecret is a required parameter/],
  [
    'a user assertion that is undefined',
    { tenantId, clientId, clientSecret: 's', userAssertionToken: undefined },
    /userAssertionToken/,
  ],
  ['an empty user assertion', { tenantId, clientId, clientSecret: 's', userAssertionToken: '' }, /userAssertionToken/],
  ['no function', { tenantId, clientId, getAssertion: '' }, /getAssertion is a required parameter/],
])('the constructor reports what is missing: %s', (_, options, reason) => {
  const error = thrown(() => new OnBehalfOfCredential(options as OnBehalfOfCredentialOptions))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toMatch(/^OnBehalfOfCredential: /)
  expect(error.message).toMatch(reason)
})

const proofs = {
  clientSecret: recognisableSecret,
  certificatePath: '/a.pem',
  certificate: 'pem',
  getAssertion: () => 'assertion',
}
const pairs = Object.keys(proofs).flatMap((one, index) =>
  Object.keys(proofs)
    .slice(index + 1)
    .map((two) => [one, two] as const),
)

test.each(pairs)('the constructor takes %s or %s, not both', (one, two) => {
  const given = Object.fromEntries(Object.entries(proofs).filter(([name]) => name === one || name === two))
  const error = thrown(() => new OnBehalfOfCredential({ tenantId, clientId, ...given } as never))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toBe(`OnBehalfOfCredential: ${one} and ${two} are given. Pass only one of them.`)
})

test('another scope is asked for with the refresh token, and a new one takes its place', async () => {
  await using credential = bySecret({ userAssertionToken: world.userToken })
  const first = await credential.getToken(scope)
  const second = await credential.getToken(otherScope)
  await credential.getToken('https://third.example/.default')
  expect(second.token).not.toBe(first.token)
  expect(grants()).toEqual([grantType, 'refresh_token', 'refresh_token'])
  const [, one, two] = world.emulator.requests.map(({ form }) => form.refresh_token)
  expect(one).not.toBe(two)
})

test('a refresh token that is refused is dropped, and the assertion is tried next', async () => {
  await using credential = bySecret({ userAssertionToken: world.userToken })
  await credential.getToken(scope)
  world.emulator.revokeRefreshTokens()
  expect(claimsOf((await credential.getToken(otherScope)).token).oid).toBe(user.objectId)
  expect(grants()).toEqual([grantType, 'refresh_token', grantType])
  await credential.getToken('https://third.example/.default')
  expect(grants()).toEqual([grantType, 'refresh_token', grantType, 'refresh_token'])
})

test('where the assertion is refused as well, its refusal is the error, and the refused refresh token is not tried again', async () => {
  const short = await world.emulator.userToken({ user, app: 'app', lifetimeSeconds: 60 })
  await using credential = bySecret({ userAssertionToken: short })
  await credential.getToken(scope)
  world.emulator.revokeRefreshTokens()
  world.emulator.clock.advance(61_000)
  const error = await failure(credential.getToken(otherScope))
  expect(error).toBeInstanceOf(AuthenticationError)
  expect(error.message).toContain('AADSTS500133')
  await failure(credential.getToken(otherScope))
  expect(grants()).toEqual([grantType, 'refresh_token', grantType, grantType])
  expect((await credential.getToken(scope)).token).toBeTruthy()
})

test.each<[string, object, RegExp, number]>([
  ['a broken server', { status: 500, body: {} }, /HTTP 500/, 4],
  ['a wrong secret', { aadsts: 7000215 }, /AADSTS7000215/, 1],
])('another failure of the refresh is not swallowed: %s', async (_, fault, reason, requests) => {
  await using credential = bySecret({ userAssertionToken: world.userToken })
  await credential.getToken(scope)
  world.emulator.faults.always(fault)
  expect((await failure(credential.getToken(otherScope))).message).toMatch(reason)
  expect(grants()).toEqual([grantType, ...Array.from({ length: requests }, () => 'refresh_token')])
  world.emulator.faults.clear()
  await credential.getToken(otherScope)
  expect(grants().at(-1)).toBe('refresh_token')
})

test('a refusal that a person has to resolve comes from the refresh as it is, and costs no refresh token', async () => {
  await using credential = bySecret({ userAssertionToken: world.userToken })
  await credential.getToken(scope)
  const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
  for (const fault of [{ aadsts: 65001 }, { aadsts: 53003, claims }]) {
    world.emulator.faults.next(fault)
    const error = await failure(credential.getToken(otherScope))
    expect(error).toBeInstanceOf(AuthenticationRequiredError)
    expect(error.message).toContain(`AADSTS${fault.aadsts}`)
  }
  await credential.getToken(otherScope)
  expect(grants()).toEqual([grantType, 'refresh_token', 'refresh_token', 'refresh_token'])
})

test.each([50076, 50079, 53003])(
  'a refusal by Conditional Access, AADSTS%i, has the claims to pass on',
  async (code) => {
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    world.emulator.updateApp('app', { conditionalAccess: { code, claims } })
    await using credential = bySecret({ userAssertionToken: world.userToken })
    const error = await failure(credential.getToken([scope]))
    expect(error).toBeInstanceOf(AuthenticationRequiredError)
    expect(error).toMatchObject({ claims, scopes: [scope], statusCode: 400, errorResponse: { errorCodes: [code] } })
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(world.userToken)
  },
)

test('the user’s next assertion, with the second factor, gets the token that the first was refused', async () => {
  world.emulator.updateApp('app', { conditionalAccess: { code: 50076 } })
  await using credential = bySecret()
  const refused = await failure(credential.getToken(scope, { userAssertionToken: world.userToken }))
  expect(refused).toBeInstanceOf(AuthenticationRequiredError)
  const userAssertionToken = await assertionFor(user, ['pwd', 'mfa'])
  expect((await credential.getToken(scope, { userAssertionToken })).token).toBeTruthy()
})

test('consent that is missing is a refusal that a person has to resolve', async () => {
  world.emulator.updateApp('app', { consent: 'required' })
  await using credential = bySecret({ userAssertionToken: world.userToken })
  const error = await failure(credential.getToken(scope))
  expect(error).toMatchObject({ name: 'AuthenticationRequiredError', errorResponse: { errorCodes: [65001] } })
})

test('one instance serves each call’s user, and asks once for each', async () => {
  const [ada, grace] = [await assertionFor(user), await assertionFor(somebody)]
  await using credential = bySecret({ userAssertionToken: ada })
  for (let round = 0; round < 2; round++) {
    expect(claimsOf((await credential.getToken(scope)).token).oid).toBe(user.objectId)
    const asked = await credential.getToken(scope, { userAssertionToken: grace })
    expect(claimsOf(asked.token).oid).toBe(somebody.objectId)
    const info = await credential.getTokenInfo(scope, { userAssertionToken: grace })
    expect(info).toMatchObject({ token: asked.token, credential: 'OnBehalfOfCredential' })
  }
  expect(grants()).toEqual([grantType, grantType])
})

test('a hundred concurrent callers of ten users make ten requests', async () => {
  const users = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      assertionFor({
        objectId: `77777777-7777-4777-8777-${String(index).padStart(12, '0')}`,
        username: `u${index}@x.example`,
      }),
    ),
  )
  await using credential = bySecret()
  const tokens = await Promise.all(
    Array.from({ length: 100 }, (_, call) => {
      const userAssertionToken = users[call % 10]
      return credential.getToken(scope, { userAssertionToken })
    }),
  )
  tokens.forEach(({ token }, call) => {
    expect(String(claimsOf(token).oid)).toMatch(new RegExp(`${call % 10}$`))
  })
  expect(grants()).toHaveLength(10)
})

test.each<[string, unknown, RegExp]>([
  ['none', undefined, /OnBehalfOfCredential: userAssertionToken is a required parameter/],
  ['an empty one', '', /userAssertionToken is a required parameter/],
  ['null', null, /userAssertionToken is a required parameter/],
  ['a number', 7, /userAssertionToken is of type number/],
])(
  'a call with %s for an assertion, where the constructor had none, is refused before any I/O',
  async (_, userAssertionToken, reason) => {
    await using credential = bySecret()
    for (const ask of ['getToken', 'getTokenInfo'] as const) {
      const error = await failure(credential[ask](scope, { userAssertionToken } as never))
      expect(error.message).toMatch(reason)
    }
    expect(world.emulator.requests).toHaveLength(0)
  },
)

test('an empty assertion of a call never stands for the constructor’s user', async () => {
  await using credential = bySecret({ userAssertionToken: world.userToken })
  await credential.getToken(scope)
  expect((await failure(credential.getToken(scope, { userAssertionToken: '' }))).message).toMatch(/userAssertionToken/)
})

test('two instances with the same assertion and store share tokens, and refresh tokens too', async () => {
  const tokenStore = memoryTokenStore({ now: () => world.emulator.clock.now() })
  const options = { tokenStore, userAssertionToken: world.userToken }
  await using one = bySecret(options)
  const { token } = await one.getToken(scope)
  await using two = bySecret(options)
  expect((await two.getToken(scope)).token).toBe(token)
  expect(grants()).toEqual([grantType])
  await two.getToken(otherScope)
  expect(grants()).toEqual([grantType, 'refresh_token'])
  await using three = bySecret({ tokenStore, userAssertionToken: await assertionFor(somebody) })
  expect(claimsOf((await three.getToken(scope)).token).oid).toBe(somebody.objectId)
  expect(claimsOf((await three.getToken(otherScope)).token).oid).toBe(somebody.objectId)
})

test('a refused refresh token is taken out of the store, so that the next instance does not try it', async () => {
  const tokenStore = memoryTokenStore({ now: () => world.emulator.clock.now() })
  const options = { tokenStore, userAssertionToken: world.userToken }
  await using one = bySecret(options)
  await one.getToken(scope)
  world.emulator.revokeRefreshTokens()
  world.emulator.faults.next(
    { aadsts: 50173 },
    { aadsts: 90033 },
    { aadsts: 90033 },
    { aadsts: 90033 },
    { aadsts: 90033 },
  )
  await failure(one.getToken(otherScope))
  await using two = bySecret(options)
  await two.getToken(otherScope)
  expect(grants().at(-1)).toBe(grantType)
  expect(grants().filter((grant) => grant === 'refresh_token')).toHaveLength(1)
})

test('the store’s keys hold a hash of the assertion, and nothing of the assertion or the application’s proof', async () => {
  const keys: unknown[] = []
  const store = memoryTokenStore({ now: () => world.emulator.clock.now() })
  const tokenStore = {
    ...store,
    get: (key: never) => store.get(key),
    set: (record: { key: unknown }) => {
      keys.push(record.key)
      return store.set(record as never)
    },
  }
  await using credential = bySecret({ tokenStore, userAssertionToken: world.userToken })
  await credential.getToken(scope)
  expect(new Set(keys.map((key) => (key as { kind: string }).kind))).toEqual(new Set(['access', 'refresh']))
  for (const key of keys) {
    expect((key as { partition: string }).partition).toMatch(/^[\w-]{43}$/)
    expect(JSON.stringify(key)).not.toContain(world.userToken.slice(-40))
    expect(JSON.stringify(key)).not.toContain(recognisableSecret)
  }
})

test('close() lets go of the refresh tokens', async () => {
  const credential = bySecret({ userAssertionToken: world.userToken })
  await credential.getToken(scope)
  await credential.close()
  expect((await failure(credential.getToken(otherScope))).message).toMatch(/is closed/)
  expect(grants()).toEqual([grantType])
})

function sorted(scopes: readonly string[] = []): string[] {
  return [...new Set(scopes)].sort((left, right) => (left < right ? -1 : 1))
}

/** Texts that would read the same when joined carelessly. */
const hostile = fc
  .array(fc.constantFrom('a', 'b', '.', ' ', '|', '-', '/', '["', '"]', '__proto__', 'null'), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(''))
const tenants = fc.constantFrom(tenantId, otherTenantId, 't', 't-t', 't.t')
const scopesOf = fc.array(fc.constantFrom('a', 'b', 'a-b', 'a/b', 'a|b', 'https://x/.default'), {
  minLength: 1,
  maxLength: 3,
})

test('users, tenants and scopes never share a token, in memory or in a store, and equal calls do', async () => {
  const call = fc.record({ userAssertionToken: hostile, tenantId: tenants, scopes: scopesOf, enableCae: fc.boolean() })
  const calls = fc.array(call, { minLength: 1, maxLength: 25, size: 'max' })
  await fc.assert(
    fc.asyncProperty(calls, fc.boolean(), fc.boolean(), async (asked, isStored, isNew) => {
      const now = Date.UTC(2030, 0, 1)
      const tokenStore = memoryTokenStore({ now: () => now })
      const issued: string[] = []
      const byRefreshToken = new Map<string, string>()
      const open = (): OnBehalfOfCredential =>
        new OnBehalfOfCredential({
          tenantId,
          clientId,
          clientSecret: 's',
          authorityHost: 'https://login.example',
          additionallyAllowedTenants: ['*'],
          ...(isStored ? { tokenStore } : {}),
          host: { now: () => now, env: {} },
          fetch: (url, { body }) => {
            const form = new URLSearchParams(body)
            const whose = form.get('assertion') ?? byRefreshToken.get(form.get('refresh_token') ?? '')
            if (whose === undefined) throw new Error('a refresh token of nobody')
            const tenant = new URL(url).pathname.split('/')[1]
            const scopes = form.get('scope')?.split(' ').slice(0, -3)
            const said = JSON.stringify([whose, tenant, sorted(scopes), form.has('claims')])
            issued.push(said)
            const refresh_token = `refresh-${byRefreshToken.size}`
            byRefreshToken.set(refresh_token, whose)
            const access_token = Buffer.from(said).toString('base64url')
            return Response.json({ access_token, refresh_token, expires_in: 3600 })
          },
        })
      let credential = open()
      const known = new Set<string>()
      for (const { scopes, ...options } of asked) {
        const { token } = await credential.getToken(scopes, options)
        const identity = JSON.stringify([
          options.userAssertionToken,
          options.tenantId,
          sorted(scopes),
          options.enableCae,
        ])
        expect(Buffer.from(token, 'base64url').toString()).toBe(identity)
        known.add(identity)
        if (!isNew || !isStored) continue
        await credential.close()
        credential = open()
      }
      expect(issued).toHaveLength(known.size)
      await credential.close()
    }),
    { numRuns: 150 },
  )
})

test('shows no assertion, refresh token or secret in itself, its errors or its events', async () => {
  const events: EntradaEvent[] = []
  await using credential = bySecret({
    userAssertionToken: world.userToken,
    onEvent: (event: EntradaEvent) => events.push(event),
  })
  const { token } = await credential.getToken(scope)
  await credential.getToken(otherScope)
  const held = world.emulator.requests.at(-1)?.form.refresh_token ?? ''
  expect(held).not.toBe('')
  world.emulator.faults.next({
    status: 400,
    body: { error: 'invalid_request', error_description: `bad ${world.userToken} and ${recognisableSecret}` },
  })
  const userAssertionToken = world.userToken
  await using another = bySecret({ onEvent: (event: EntradaEvent) => events.push(event) })
  const error = await failure(another.getToken(scope, { userAssertionToken }))
  expect(error.message).toContain('bad *** and ***')
  const shown = [credential, error, events]
    .flatMap((value) => [inspect(value, { depth: 12, showHidden: true }), JSON.stringify(value)])
    .join('\n')
  for (const secret of [recognisableSecret, token, held, world.userToken.split('.')[2] as string]) {
    expect(shown).not.toContain(secret)
  }
})
