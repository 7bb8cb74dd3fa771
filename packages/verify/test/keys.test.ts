import { expect, test, vi } from 'vitest'
import { type AccessTokensOptions, accessTokens, KeysUnavailable } from '../src/index.ts'
import { apiId, makeKey, makeToken, now, otherTenantId, shapes, type TestKey, tenantId } from './azure-tokens.ts'
import { type KeyService, startKeyService } from './key-service.ts'
import { rejectionOf } from './rejected.ts'

const [first, second, third] = [makeKey(), makeKey(), makeKey()]
const authority = 'https://login.microsoftonline.com'
const minute = 60_000
const hour = 60 * minute

/** A verifier that asks a key service, with a clock that the test moves. */
function verifierOf(service: KeyService, options: Partial<AccessTokensOptions> = {}) {
  const clock = { time: 0 }
  const host = { now: () => now, monotonic: () => clock.time }
  const given = { audience: apiId, tenants: [tenantId], fetch: service.fetch, host, remember: 0 }
  return { clock, verify: accessTokens({ ...given, ...options }) }
}

const tokenOf = (key: typeof first, changes: object = {}): string => makeToken(key, { ...shapes.userV2, ...changes })
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('nothing is asked before the first token, and its issuer’s keys are asked for once', async () => {
  const service = startKeyService(first)
  const { verify } = verifierOf(service)
  expect(service.asked).toEqual([])
  await Promise.all([1, 2, 3].map((uti) => verify(tokenOf(first, { uti }))))
  await verify(tokenOf(first))
  expect(service.asked).toEqual([`${authority}/${tenantId}/discovery/v2.0/keys`])
})

test('each version of tokens has keys of its own, and each tenant', async () => {
  const service = startKeyService(first)
  const { verify } = verifierOf(service, { tenants: [tenantId, otherTenantId] })
  await verify(tokenOf(first))
  await verify(makeToken(first, shapes.appV1))
  await verify(tokenOf(first, { tid: otherTenantId, iss: `${authority}/${otherTenantId}/v2.0` }))
  expect(service.asked).toEqual([
    `${authority}/${tenantId}/discovery/v2.0/keys`,
    `${authority}/${tenantId}/discovery/keys`,
    `${authority}/${otherTenantId}/discovery/v2.0/keys`,
  ])
})

test('for any tenant the common keys are asked for, however many tenants call', async () => {
  const service = startKeyService(first)
  const { verify } = verifierOf(service, { tenants: 'any' })
  for (const tid of [tenantId, otherTenantId]) await verify(tokenOf(first, { tid, iss: `${authority}/${tid}/v2.0` }))
  expect(service.asked).toEqual([`${authority}/common/discovery/v2.0/keys`])
})

test('a token that is refused for its form, header or issuer asks for no keys', async () => {
  const service = startKeyService(first)
  const { verify } = verifierOf(service)
  const bad = [
    'x',
    makeToken(first, shapes.userV2, { alg: 'none' }),
    makeToken(first, shapes.userV2, { jku: 'https://evil.example/' }),
    tokenOf(first, { iss: 'https://evil.example/' }),
    tokenOf(first, { tid: otherTenantId, iss: `${authority}/${otherTenantId}/v2.0` }),
  ]
  for (const token of bad) await rejectionOf(verify(token))
  expect(service.asked).toEqual([])
})

test('a key that was rolled over to is found by asking again', async () => {
  const service = startKeyService(first)
  const { verify, clock } = verifierOf(service)
  await verify(tokenOf(first))
  service.keys = [first, second]
  clock.time += minute
  await verify(tokenOf(second))
  await verify(tokenOf(first))
  expect(service.asked).toHaveLength(2)
})

test('names that no key has are asked for once a minute, and good tokens go on', async () => {
  const service = startKeyService(first)
  const { verify, clock } = verifierOf(service)
  await verify(tokenOf(first))
  const forged = (): Promise<unknown> =>
    rejectionOf(verify(makeToken(third, shapes.userV2, { kid: String(Math.random()) })))
  clock.time += minute
  for (let count = 0; count < 50; count++) await forged()
  await Promise.all(Array.from({ length: 50 }, forged))
  expect(service.asked).toHaveLength(2)
  clock.time += minute - 1
  await forged()
  expect(service.asked).toHaveLength(2)
  clock.time += 1
  await forged()
  expect(service.asked).toHaveLength(3)
  await verify(tokenOf(first))
})

test('keys of half a day are asked for again behind the caller', async () => {
  const service = startKeyService(first)
  const { verify, clock } = verifierOf(service)
  await verify(tokenOf(first))
  service.fault = () => new Promise(() => undefined)
  clock.time += 12 * hour
  await verify(tokenOf(first))
  await verify(tokenOf(first))
  expect(service.asked).toHaveLength(2)
})

test('while the key service is down, the keys that are known go on, for days', async () => {
  const service = startKeyService(first)
  const { verify, clock } = verifierOf(service)
  await verify(tokenOf(first))
  service.fault = () => Promise.reject(new TypeError('fetch failed'))
  for (let day = 0; day < 5; day++) {
    clock.time += 24 * hour
    await verify(tokenOf(first))
    await turn()
  }
  expect((await rejectionOf(verify(tokenOf(second)))).code).toBe('unknown-key')
})

test('a cold start without keys lets nobody in, says why, and tries again after a second', async () => {
  const service = startKeyService(first)
  const { verify, clock } = verifierOf(service)
  service.fault = () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } }))
  const failed = await verify(tokenOf(first)).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(KeysUnavailable)
  expect(failed).toMatchObject({ statusCode: 503, code: 'keys-unavailable' })
  expect((failed as Error).message).toMatch(
    /^accessTokens: The signing keys could not be fetched from https:\S+: fetch failed \(ENOTFOUND\)\. /,
  )
  service.fault = undefined
  await expect(verify(tokenOf(first))).rejects.toThrow(KeysUnavailable)
  expect(service.asked).toHaveLength(1)
  clock.time += 1000
  await verify(tokenOf(first))
})

test.each<[string, () => Response | Promise<Response>]>([
  ['an error', () => new Response('', { status: 500 })],
  ['a redirect', () => new Response('', { status: 302, headers: { location: 'https://evil.example/' } })],
  ['no JSON', () => new Response('<html>')],
  ['JSON that is no key set', () => Response.json({ keys: {} })],
  ['no RSA keys', () => Response.json({ keys: [{ kty: 'EC', kid: first.kid, crv: 'P-256', x: 'x', y: 'y' }] })],
  ['keys for encryption', () => Response.json({ keys: [{ ...first.jwk, use: 'enc' }] })],
  ['keys of another algorithm', () => Response.json({ keys: [{ ...first.jwk, alg: 'RS512' }] })],
  ['keys of 1,024 bits', () => Response.json({ keys: [{ ...first.jwk, n: String(first.jwk.n).slice(0, 171) }] })],
  ['keys of 1,024 bits behind zeros', () => Response.json({ keys: [{ ...first.jwk, n: behindZeros(first, 128) }] })],
  [
    'keys of a few bits less than 2,048',
    () => Response.json({ keys: [{ ...first.jwk, n: `A${String(first.jwk.n).slice(1)}` }] }),
  ],
  ['keys that are no base64url', () => Response.json({ keys: [{ ...first.jwk, n: '!'.repeat(400) }] })],
  ['keys to encrypt with', () => Response.json({ keys: [{ ...first.jwk, key_ops: ['encrypt', 'wrapKey'] }] })],
  ['keys with a word for a list', () => Response.json({ keys: [{ ...first.jwk, key_ops: 'verify' }] })],
  ['keys of an issuer that is no string', () => Response.json({ keys: [{ ...first.jwk, issuer: [] }] })],
  ['a secret as a key', () => Response.json({ keys: [{ kty: 'oct', kid: first.kid, k: 'AAAA' }] })],
  ['a megabyte', () => new Response(JSON.stringify({ keys: [first.jwk], padding: 'x'.repeat(1 << 20) }))],
  ['300 keys', () => Response.json({ keys: Array.from({ length: 300 }, () => first.jwk) })],
  [
    'an answer from elsewhere',
    () => Object.defineProperty(Response.json({ keys: [first.jwk] }), 'url', { value: 'https://evil.example/' }),
  ],
  [
    'an answer after a redirect',
    () => Object.defineProperty(Response.json({ keys: [first.jwk] }), 'redirected', { value: true }),
  ],
])('%s is no key set', async (_, fault) => {
  const service = startKeyService(first)
  service.fault = fault
  await expect(verifierOf(service).verify(tokenOf(first))).rejects.toThrow(KeysUnavailable)
})

test('a key that is for verifying, and one with a zero in front as some libraries write it, is taken', async () => {
  const service = startKeyService(first)
  const jwk = { ...first.jwk, n: behindZeros(first, 256, 1), key_ops: ['verify'], use: undefined }
  service.fault = () => Response.json({ keys: [jwk] })
  await verifierOf(service).verify(tokenOf(first))
})

/** The first bytes of a key's modulus, behind as many zeros as make it 257 bytes, or so many. */
function behindZeros({ jwk }: TestKey, length: number, zeros = 257 - length): string {
  const modulus = Buffer.from(String(jwk.n), 'base64url').subarray(0, length)
  return Buffer.concat([Buffer.alloc(zeros), modulus]).toString('base64url')
}

test('a key service that never answers is given up, and so are those who wait for it', async () => {
  const given = new AbortController()
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(given.signal)
  const service = startKeyService(first)
  service.fault = () => new Promise(() => undefined)
  const waiting = verifierOf(service).verify(tokenOf(first))
  await turn()
  timeout.mockRestore()
  given.abort()
  await expect(waiting).rejects.toThrow(/no answer within 5 s/)
})

test('an answer that has arrived is read before the time-out takes effect', async () => {
  const given = new AbortController()
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(given.signal)
  const service = startKeyService(first)
  const answer = Response.json({ keys: [first.jwk] })
  let arrive = (_: Response): void => undefined
  service.fault = () => new Promise((resolve) => (arrive = resolve))
  const waiting = verifierOf(service).verify(tokenOf(first))
  await turn()
  timeout.mockRestore()
  setImmediate(() => arrive(answer))
  given.abort()
  expect(await waiting).toMatchObject({ tenantId })
})

test('an answer that was made in memory needs no address', async () => {
  const service = startKeyService(first)
  const { body } = Response.json({ keys: [first.jwk] })
  service.fault = () => ({ status: 200, redirected: false, body }) as Response
  expect(await verifierOf(service).verify(tokenOf(first))).toMatchObject({ tenantId })
})

test('a request that was broken off without a word is given up by the next caller, and what it brings late counts for nothing', async () => {
  const service = startKeyService(first, second)
  const { verify, clock } = verifierOf(service)
  // As on a Worker, where a request and its timer end with the call that began them.
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal)
  let answerLate = (_: Response): void => undefined
  service.fault = () => new Promise((resolve) => (answerLate = resolve))
  const lost = verify(tokenOf(first))
  await turn()
  service.fault = undefined
  clock.time += 9999
  const stillWaiting = verify(tokenOf(first))
  await turn()
  expect(service.asked).toHaveLength(1)
  clock.time += 1
  service.keys = [second]
  await verify(tokenOf(second))
  expect(service.asked).toHaveLength(2)
  answerLate(Response.json({ keys: [first.jwk, second.jwk] }))
  for (const waiting of [lost, stillWaiting]) expect((await rejectionOf(waiting)).code).toBe('unknown-key')
  expect((await rejectionOf(verify(tokenOf(first)))).code).toBe('unknown-key')
  timeout.mockRestore()
})

test('behind the callers, a request that was broken off is followed by another', async () => {
  const service = startKeyService(first)
  const { verify, clock } = verifierOf(service)
  await verify(tokenOf(first))
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal)
  service.fault = () => new Promise(() => undefined)
  clock.time += 12 * hour
  await verify(tokenOf(first))
  clock.time += minute
  await verify(tokenOf(first))
  expect(service.asked).toHaveLength(3)
  timeout.mockRestore()
})

test('a key that is withdrawn vouches no more for what it signed, also where that is remembered', async () => {
  const service = startKeyService(first, second)
  const { verify, clock } = verifierOf(service, { remember: 10 })
  const token = tokenOf(first)
  await verify(token)
  service.keys = [second]
  clock.time += 12 * hour
  await verify(token)
  await verify(tokenOf(second))
  await turn()
  expect((await rejectionOf(verify(token))).code).toBe('unknown-key')
  // Another key of the same name is another key.
  service.keys = [{ ...third, jwk: { ...third.jwk, kid: first.kid } }, second]
  clock.time += minute
  expect((await rejectionOf(verify(token))).code).toBe('signature')
})

test('a runtime whose crypto.verify is a name alone verifies by jose', async () => {
  const { default: crypto } = await import('node:crypto')
  const onlyByName = () => {
    throw new Error('not implemented')
  }
  const builtin = vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ ...crypto, verify: onlyByName } as never)
  const { verify } = verifierOf(startKeyService(first))
  builtin.mockRestore()
  await verify(tokenOf(first))
  expect((await rejectionOf(verify(makeToken(second, shapes.userV2, { kid: first.kid })))).code).toBe('signature')
})

test('given keys are all there are: nothing is asked', async () => {
  const service = startKeyService(second)
  const { verify } = verifierOf(service, { keys: { keys: [first.jwk] } })
  await verify(tokenOf(first))
  expect((await rejectionOf(verify(tokenOf(second)))).code).toBe('unknown-key')
  expect(service.asked).toEqual([])
})

test('what is said of a token’s contents is said of a signed one', async () => {
  const { verify } = verifierOf(startKeyService(first))
  const [head, , signature] = tokenOf(first).split('.')
  const [, expired] = tokenOf(first, { exp: 1 }).split('.')
  expect((await rejectionOf(verify(`${head}.${expired}.${signature}`))).code).toBe('signature')
})
