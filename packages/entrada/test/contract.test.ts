import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import type { EntradaCredential } from 'entrada'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { countAsyncResources } from './contract/count-async-resources.ts'
import { credentials } from './contract/credentials.ts'
import { openRow } from './contract/open-row.ts'
import { failure, otherTenantId, scope, tenantId, until, type World } from './world.ts'

/** A sentence that is not said of every credential: for the others there is no such test, not one that is skipped. */
const sentence = (holds: unknown): ((name: string, run: () => Promise<void>) => void) =>
  holds ? test : () => undefined

describe.each(credentials)('$name', (row) => {
  let world: World
  let credential: EntradaCredential
  let env: Record<string, string>

  beforeAll(async () => {
    ;({ world, env } = await openRow(row))
  })

  afterAll(() => world.close())

  beforeEach(() => {
    world.reset()
    credential = row.create(world.options(env), world)
  })

  // A request that was on its way when the credential closed is in the log before the next test clears it.
  afterEach(async () => {
    await credential.close()
    await fetch(world.emulator.httpUrl)
  })

  /** A request that went out before has reached the emulator when this one's answer is back. */
  async function roundTrip(): Promise<void> {
    await credential.getToken('https://round-trip.example/.default').catch(() => undefined)
  }

  test('gets a token over a socket, and says when it ends and when it will be refreshed', async () => {
    const access = await credential.getToken(scope)
    expect(access.token.split('.')).toHaveLength(3)
    expect(access.tokenType).toBe('Bearer')
    const life = access.expiresOnTimestamp - world.emulator.clock.now()
    expect(life).toBeGreaterThan(3_590_000)
    expect(life).toBeLessThanOrEqual(3_599_000)
    expect(access.expiresOnTimestamp - (access.refreshAfterTimestamp ?? 0)).toBe(300_000)
    expect(world.tokenRequests()).toBe(1)
  })

  test('gives a token of the tenant that is expected, and keeps none of any other', async () => {
    await using right = row.create({ ...world.options(env), expect: { tenantId: tenantId.toUpperCase() } }, world)
    expect((await right.getToken(scope)).token).toBeTruthy()
    await using wrong = row.create({ ...world.options(env), expect: { tenantId: otherTenantId } }, world)
    for (let call = 0; call < 2; call++) {
      const sent = world.tokenRequests()
      const error = await failure(wrong.getToken(scope))
      expect(error.message).toContain(`of the tenantId ${tenantId}, and not of the expected ${otherTenantId}`)
      expect(error.message).not.toContain('eyJ')
      expect(world.tokenRequests()).toBe(sent + 1)
    }
  })

  test('tells in getTokenInfo who produced the token, in seconds', async () => {
    const access = await credential.getToken(scope)
    expect(await credential.getTokenInfo(scope)).toEqual({
      token: access.token,
      expiresOn: Math.floor(access.expiresOnTimestamp / 1000),
      refreshOn: Math.floor((access.refreshAfterTimestamp ?? 0) / 1000),
      tokenType: 'Bearer',
      credential: row.winner,
    })
    expect(world.tokenRequests()).toBe(1)
  })

  test.each([
    ['no scope', undefined],
    ['null', null],
    ['an empty list', []],
    ['an empty scope', ''],
    ['an empty scope in a list', [scope, '']],
    ['a scope that is a number', 7],
    ['a scope with a blank', 'https://a.example/.default https://b.example/.default'],
    ['a scope with a line break', 'https://a.example/.default\n'],
    ['a scope with a quote', 'https://a.example/"'],
    ['a scope of a megabyte', 'x'.repeat(1 << 20)],
  ])('refuses %s before any I/O', async (_, scopes) => {
    const error = await failure(credential.getToken(scopes as string))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(/scope.*Pass a scope such as/s)
    expect(error.message.length).toBeLessThan(300)
    expect(world.emulator.requests).toHaveLength(0)
  })

  test.each([
    ['a tenant with a slash', { tenantId: '../../evil' }, /tenantId/],
    ['a tenant of dots', { tenantId: '..' }, /tenantId/],
    ['an encoded tenant', { tenantId: '%2f' }, /tenantId/],
    ['an empty tenant', { tenantId: '' }, /tenantId/],
    ['a tenant that is a number', { tenantId: 5 }, /tenantId/],
    ['claims that are no JSON', { claims: 'nonsense' }, /claims/],
    ['claims that are a list', { claims: '[]' }, /claims/],
    ['a text for enableCae', { enableCae: 'yes' }, /enableCae/],
    ['something that is not a signal', { abortSignal: {} }, /abortSignal/],
    [
      'a signal whose listeners stay for ever',
      { abortSignal: { aborted: false, addEventListener: () => undefined } },
      /abortSignal/,
    ],
    ['a time-out that is a text', { requestOptions: { timeout: 'soon' } }, /timeout/],
    ['options that are a text', 'options', /options/],
  ])('refuses %s before any I/O', async (_, options, named) => {
    const error = await failure(credential.getToken(scope, options as never))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(named)
    expect(world.emulator.requests).toHaveLength(0)
  })

  test('refuses to prove possession, cached or not, before any I/O', async () => {
    const proofOfPossessionOptions = {
      nonce: 'nonce',
      resourceRequestMethod: 'GET',
      resourceRequestUrl: 'https://resource.example/',
    } as const
    const refused = async (): Promise<void> => {
      const error = await failure(credential.getToken(scope, { proofOfPossessionOptions }))
      expect(error).toMatchObject({
        name: expect.stringMatching(/CredentialUnavailableError|AggregateAuthenticationError/),
        message: expect.stringMatching(/only bearer tokens.* Leave the option out/),
      })
    }
    await refused()
    expect(world.emulator.requests).toHaveLength(0)
    await credential.getToken(scope)
    const sent = world.emulator.requests.length
    await refused()
    expect(world.emulator.requests).toHaveLength(sent)
  })

  sentence(!row.isOfHost)('asks in no other tenant than its own, cached or not', async () => {
    for (let call = 0; call < 2; call++) {
      const error = await failure(credential.getToken(scope, { tenantId: otherTenantId }))
      expect(error.message).toContain(`not configured to acquire tokens for tenant ${otherTenantId}`)
      expect(error).toMatchObject({
        name: expect.stringMatching(/CredentialUnavailableError|AggregateAuthenticationError/),
      })
    }
    expect(world.emulator.requests).toHaveLength(0)
  })

  sentence(!row.isOfHost)('asks in a tenant that is additionally allowed, and keeps its tokens apart', async () => {
    await using wide = row.create(
      { ...world.options(env), additionallyAllowedTenants: [otherTenantId.toUpperCase()] },
      world,
    )
    const own = await wide.getToken(scope)
    const asked = wide.getToken(scope, { tenantId: otherTenantId })
    const other = row.isOfOneTenant ? undefined : await asked
    await asked.catch(() => undefined)
    expect(other?.token).not.toBe(own.token)
    const paths = world.emulator.requests.map(({ path }) => path).filter((path) => path.endsWith('/token'))
    expect(paths.map((path) => path.split('/')[1])).toEqual([tenantId, otherTenantId])
    expect((await wide.getToken(scope)).token).toBe(own.token)
    if (other === undefined) return
    expect((await wide.getToken(scope, { tenantId: otherTenantId })).token).toBe(other.token)
    expect(world.tokenRequests()).toBe(2)
  })

  sentence(row.isOfHost)('gives the token of its one identity, whichever tenant is asked for', async () => {
    const first = await credential.getToken(scope, { tenantId: otherTenantId })
    expect(await credential.getToken(scope)).toBe(first)
    expect(await credential.getToken(scope, { tenantId })).toBe(first)
    expect(world.tokenRequests()).toBe(1)
  })

  test('rejects a caller that has aborted already, cached token or not', async () => {
    const options = { abortSignal: AbortSignal.abort() }
    expect((await failure(credential.getToken(scope, options))).name).toBe('AbortError')
    expect(world.emulator.requests).toHaveLength(0)
    await credential.getToken(scope)
    expect((await failure(credential.getToken(scope, options))).name).toBe('AbortError')
  })

  test('rejects a caller that aborts while it waits, and only that caller', async () => {
    world.emulator.faults.next({ delay: 60_000 })
    const leaver = new AbortController()
    const left = failure(credential.getToken(scope, { abortSignal: leaver.signal }))
    const stayer = new AbortController()
    const stayed = failure(credential.getToken(scope, { abortSignal: stayer.signal }))
    await until(() => world.tokenRequests() === 1)
    leaver.abort()
    expect((await left).name).toBe('AbortError')
    // The last one leaves: the request is given up, and the next caller starts a new one at once.
    stayer.abort()
    expect((await stayed).name).toBe('AbortError')
    expect((await credential.getToken(scope)).token).toBeTruthy()
    expect(world.tokenRequests()).toBe(2)
  })

  test('does not mind an abort after the token has come', async () => {
    const controller = new AbortController()
    const { token } = await credential.getToken(scope, { abortSignal: controller.signal })
    controller.abort()
    expect((await credential.getToken(scope)).token).toBe(token)
  })

  test('takes a hand-made signal that has neither a reason nor throwIfAborted, and leaves no listener on it', async () => {
    const listeners = new Set<() => void>()
    const signal = {
      aborted: false,
      addEventListener: (_: 'abort', listener: () => void) => void listeners.add(listener),
      removeEventListener: (_: 'abort', listener: () => void) => void listeners.delete(listener),
    }
    await credential.getToken(scope, { abortSignal: signal as never })
    expect(listeners.size).toBe(0)
    world.emulator.faults.next({ delay: 60_000 })
    const waiting = failure(credential.getToken('https://other.example/.default', { abortSignal: signal as never }))
    await until(() => world.tokenRequests() === 2)
    signal.aborted = true
    for (const listener of listeners) listener()
    expect((await waiting).name).toBe('AbortError')
  })

  test('bounds one caller’s wait by requestOptions.timeout, and the others go on', async () => {
    world.emulator.faults.next({ delay: 150 })
    const patient = credential.getToken(scope)
    const hasty = failure(credential.getToken(scope, { requestOptions: { timeout: 5 } }))
    expect((await hasty).name).toBe('TimeoutError')
    expect((await patient).token).toBeTruthy()
    expect(world.tokenRequests()).toBe(1)
  })

  test('makes one request for a hundred concurrent callers', async () => {
    const tokens = await Promise.all(Array.from({ length: 100 }, () => credential.getToken([scope])))
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(1)
    expect(world.tokenRequests()).toBe(1)
  })

  test('answers from the cache without I/O, timer or handle, and with two promises at most', async () => {
    const { token } = await credential.getToken(scope)
    const options = { abortSignal: new AbortController().signal, tracingOptions: {}, enableCae: false }
    const calls = [
      () => credential.getToken(scope),
      () => credential.getToken([scope]),
      () => credential.getToken([scope], options),
    ]
    for (const call of calls) {
      let cached: Promise<{ token: string }> | undefined
      const created = countAsyncResources(() => {
        cached = call()
      })
      expect(created.filter((type) => type !== 'PROMISE')).toEqual([])
      expect(created.length).toBeLessThanOrEqual(2)
      expect((await cached)?.token).toBe(token)
    }
    expect(world.tokenRequests()).toBe(1)
  })

  test('gives the token at once in its refresh window, while one refresh runs behind', async () => {
    const first = await credential.getToken(scope)
    world.emulator.clock.advance(3_400_000)
    world.emulator.faults.next({ delay: 40 })
    const during = await Promise.all(Array.from({ length: 20 }, () => credential.getToken(scope)))
    expect(new Set(during.map(({ token }) => token))).toEqual(new Set([first.token]))
    await until(() => world.events.filter(({ type }) => type === 'token-acquired').length === 2)
    expect((await credential.getToken(scope)).token).not.toBe(first.token)
    expect(world.tokenRequests()).toBe(2)
  })

  test('keeps a working token when its refresh fails, and tries again no sooner than 30 s later', async () => {
    const { token } = await credential.getToken(scope)
    world.emulator.faults.always({ aadsts: 90033 })
    world.emulator.clock.advance(3_320_000)
    expect((await credential.getToken(scope)).token).toBe(token)
    await until(() => world.events.some(({ type }) => type === 'refresh-failed'))
    const requests = world.tokenRequests(scope)
    world.emulator.clock.advance(20_000)
    expect((await credential.getToken(scope)).token).toBe(token)
    await roundTrip()
    expect(world.tokenRequests(scope)).toBe(requests)
    world.emulator.clock.advance(11_000)
    expect((await credential.getToken(scope)).token).toBe(token)
    await until(() => world.tokenRequests(scope) > requests)
  })

  sentence(!row.tool)(
    'leaves the server alone for as long as its Retry-After says, and serves the token meanwhile',
    async () => {
      const { token } = await credential.getToken(scope)
      world.emulator.faults.always({ status: 429, retryAfter: 120, body: { error: 'temporarily_unavailable' } })
      world.emulator.clock.advance(3_310_000)
      await credential.getToken(scope)
      await until(() => world.events.some(({ type }) => type === 'refresh-failed'))
      expect(world.tokenRequests(scope)).toBe(2)
      world.emulator.clock.advance(100_000)
      expect((await credential.getToken(scope)).token).toBe(token)
      await roundTrip()
      expect(world.tokenRequests(scope)).toBe(2)
      world.emulator.clock.advance(21_000)
      await credential.getToken(scope)
      await until(() => world.tokenRequests(scope) === 3)
    },
  )

  test('waits for the refresh in the last 30 seconds, and still gives the token if that fails', async () => {
    const first = await credential.getToken(scope)
    world.emulator.clock.set(first.expiresOnTimestamp - 20_000)
    world.emulator.faults.next({ aadsts: 7000215 })
    expect((await credential.getToken(scope)).token).toBe(first.token)
    expect(world.tokenRequests()).toBe(2)
    world.emulator.clock.set(first.expiresOnTimestamp - 6_000)
    expect((await credential.getToken(scope)).token).toBe(first.token)
    expect(world.tokenRequests()).toBe(2)
  })

  test('never gives an expired token: the caller waits, gets the error, and the next call asks at once', async () => {
    const first = await credential.getToken(scope)
    world.emulator.clock.set(first.expiresOnTimestamp - 10_000)
    world.emulator.faults.next({ aadsts: 7000215 }, { aadsts: 7000215 })
    expect((await credential.getToken(scope)).token).toBe(first.token)
    // Within the pause after the failed refresh; an expired token knows no pause.
    world.emulator.clock.set(first.expiresOnTimestamp)
    const error = await failure(credential.getToken(scope))
    expect(error).toMatchObject({ name: 'AuthenticationError', statusCode: row.tool ? 0 : 401 })
    const second = await credential.getToken(scope)
    expect(second.token).not.toBe(first.token)
    expect(world.tokenRequests()).toBe(4)
  })

  const takesClaims = row.tool?.takesClaims !== false

  sentence(takesClaims)('takes claims to the network, and the token they bring replaces the cached one', async () => {
    const first = await credential.getToken(scope)
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
    const second = await credential.getToken(scope, { claims })
    expect(second.token).not.toBe(first.token)
    const sent = world.emulator.requests.at(-1)
    if (row.isOfHost)
      expect(sent?.query.token_sha256_to_refresh).toBe(createHash('sha256').update(first.token).digest('hex'))
    else expect(sent?.form.claims).toBe(claims)
    expect((await credential.getToken(scope)).token).toBe(second.token)
    const third = await credential.getToken(scope, { claims })
    expect(third.token).not.toBe(second.token)
    expect(world.tokenRequests()).toBe(3)
  })

  sentence(takesClaims)('takes claims in base64url, as a WWW-Authenticate header has them', async () => {
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"ü?>"}}}'
    await credential.getToken(scope, { claims: Buffer.from(claims).toString('base64url') })
    const sent = world.emulator.requests.findLast(({ form }) => form.claims !== undefined)
    if (sent !== undefined) expect(JSON.parse(sent.form.claims ?? '')).toMatchObject(JSON.parse(claims))
  })

  sentence(!takesClaims)('tells what to run where its tool takes no claims, and asks for nothing', async () => {
    const first = await credential.getToken(scope)
    const error = await failure(credential.getToken(scope, { claims: '{"access_token":{}}' }))
    expect(error).toMatchObject({ name: 'CredentialUnavailableError' })
    expect(error.message).toContain(`"${btoa('{"access_token":{}}')}"`)
    expect((await credential.getToken(scope)).token).toBe(first.token)
    expect(world.tokenRequests()).toBe(1)
  })

  sentence(takesClaims)(
    'does not let an earlier request overwrite the token that a claims challenge brought',
    async () => {
      const first = await credential.getToken(scope)
      world.emulator.clock.set(first.expiresOnTimestamp - 200_000)
      world.emulator.faults.next({ delay: 80 })
      await credential.getToken(scope)
      await until(() => world.tokenRequests() === 2)
      const challenged = await credential.getToken(scope, { claims: '{"access_token":{}}' })
      await until(() => world.events.filter(({ type }) => type === 'token-acquired').length === 3)
      expect((await credential.getToken(scope)).token).toBe(challenged.token)
    },
  )

  test('asks for revocable tokens with enableCae, and keeps them apart', async () => {
    const plain = await credential.getToken(scope)
    const revocable = await credential.getToken(scope, { enableCae: true })
    expect(revocable.token).not.toBe(plain.token)
    const asked = JSON.parse(world.emulator.requests.at(-1)?.form.claims ?? '{}')
    const isTold = row.tool === undefined ? !row.isOfHost : row.tool.takesCae
    expect(asked).toEqual(!isTold ? {} : { access_token: { xms_cc: { values: ['cp1'] } } })
    expect((await credential.getToken(scope)).token).toBe(plain.token)
    expect((await credential.getToken(scope, { enableCae: true })).token).toBe(revocable.token)
    expect(world.tokenRequests()).toBe(2)
  })

  test('close() rejects those who wait, is idempotent, and ends the credential', async () => {
    world.emulator.faults.next({ delay: 60_000 })
    const waiting = failure(credential.getToken(scope))
    await until(() => world.tokenRequests() === 1)
    await Promise.all([credential.close(), credential.close()])
    expect((await waiting).message).toMatch(/is closed/)
    await credential.close()
    const error = await failure(credential.getToken(scope))
    expect(error.message).toBe(`${row.name} is closed. Create a new credential, or close this one later.`)
    expect(error.name).toBe('Error')
    expect(await failure(credential.getTokenInfo(scope))).toMatchObject({ message: error.message })
  })

  test('close() ends a refresh that runs behind, and forgets the cached token', async () => {
    const first = await credential.getToken(scope)
    world.emulator.clock.set(first.expiresOnTimestamp - 200_000)
    world.emulator.faults.next({ delay: 60_000 })
    await credential.getToken(scope)
    await until(() => world.tokenRequests() === 2)
    await credential.close()
    expect((await failure(credential.getToken(scope))).message).toMatch(/is closed/)
  })

  test('`await using` closes it', async () => {
    const kept = row.create(world.options(env), world)
    {
      await using used = kept
      await used.getToken(scope)
    }
    expect((await failure(kept.getToken(scope))).message).toMatch(/is closed/)
  })

  test('shows no secret, neither in itself, nor in errors, nor in events', async () => {
    const { token } = await credential.getToken(scope)
    const secret = row.secret?.(world, env) ?? 'of another'
    const echo = `AADSTS7000215: Invalid client secret ${secret} or ${encodeURIComponent(secret)} Trace ID: x`
    world.emulator.faults.next({
      status: 401,
      body: { error: 'invalid_client', error_description: echo, error_codes: [7000215] },
    })
    const refused = await failure(credential.getToken('https://other.example/.default'))
    world.emulator.faults.next({ body: { access_token: `${token}`, token_type: 'Bearer' } })
    const malformed = await failure(credential.getToken('https://third.example/.default'))
    expect(refused.message).toContain('AADSTS7000215')
    expect(malformed.message).toMatch(
      row.tool
        ? /neither expires_on nor|no expiresOn|no usable|no token that can be used/
        : /no readable expires_on or expires_in/,
    )
    const shown = [credential, refused, malformed, world.events]
      .flatMap((value) => [inspect(value, { depth: 10, showHidden: true }), JSON.stringify(value), String(value)])
      .join('\n')
    const sent = world.emulator.requests.flatMap(({ form, headers }) => [
      headers.authorization?.replace('Bearer ', ''),
      headers['x-identity-header'],
      form.client_secret,
      form.client_assertion,
      form.assertion,
      form.code,
      form.refresh_token,
    ])
    for (const value of sent) if (value) expect(shown).not.toContain(value)
    expect(sent.some((value) => value)).toBe(true)
    expect(shown).not.toContain(token)
    expect(shown).not.toContain(token.split('.')[2])
  })

  test('does not change the options it is given', async () => {
    const options = deepFreeze({
      ...world.options(env),
      retryOptions: { maxRetries: 1 },
      additionallyAllowedTenants: ['*'],
      loggingOptions: { allowLoggingAccountIdentifiers: true },
    })
    await using frozen = row.create(options, world)
    const call = deepFreeze({ enableCae: true, tracingOptions: {}, requestOptions: { timeout: 10_000 } })
    expect((await frozen.getToken(Object.freeze([scope]) as unknown as string[], call)).token).toBeTruthy()
  })
})

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner)
  return Object.freeze(value)
}
