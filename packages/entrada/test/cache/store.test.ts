import { ClientSecretCredential, type EntradaEvent } from 'entrada'
import { memoryTokenStore, type TokenKey, type TokenRecord, type TokenStore } from 'entrada/store'
import { describe, expect, test, vi } from 'vitest'
import { clientId, failure, scope, tenantId, until } from '../world.ts'
import { createStoredWorld, key, storedToken as record, start } from './stored-world.ts'

/** A store that does as it is told, and nothing else. */
function storeWith(
  get: (key: TokenKey) => unknown,
  set: (record: TokenRecord) => unknown = async () => undefined,
): TokenStore {
  return { get, set, delete: async () => undefined, list: async () => [] } as TokenStore
}

const failed = (events: readonly EntradaEvent[]): EntradaEvent[] => events.filter(({ type }) => type === 'store-failed')

describe('a shared store', () => {
  test('lets a second credential take the first one’s token', async () => {
    const world = createStoredWorld(memoryTokenStore({ now: () => start }))
    await using first = world.credential()
    await using second = world.credential()
    const access = await first.getToken(scope)
    expect(await second.getToken(scope)).toEqual(access)
    expect(world.sent).toHaveLength(1)
    const sources = world.events.filter((event) => event.type === 'token-acquired').map(({ source }) => source)
    expect(sources).toEqual(['network', 'store'])
  })

  test('receives the key, the token and its times', async () => {
    const set = vi.fn(async () => undefined)
    const world = createStoredWorld(storeWith(async () => undefined, set))
    await using credential = world.credential()
    await credential.getToken(['b', 'a'], { enableCae: true })
    expect(set.mock.calls).toEqual([
      [
        {
          key: { ...key, target: 'a b', cae: true },
          secret: 'token-1',
          tokenType: 'Bearer',
          cachedAt: start,
          expiresAt: start + 3_600_000,
        },
      ],
    ])
  })

  test('is read once for the first token, and not for cached ones', async () => {
    const get = vi.fn(async () => undefined)
    const world = createStoredWorld(storeWith(get))
    await using credential = world.credential()
    await Promise.all(Array.from({ length: 10 }, () => credential.getToken(scope)))
    await credential.getToken(scope)
    expect(get.mock.calls).toEqual([[key]])
  })

  test('is not read for claims, whose token replaces the stored one', async () => {
    const store = memoryTokenStore({ now: () => start })
    await store.set(record())
    const get = vi.spyOn(store, 'get')
    const world = createStoredWorld(store)
    await using credential = world.credential()
    expect((await credential.getToken(scope, { claims: '{}' })).token).toBe('token-1')
    expect(get).not.toHaveBeenCalled()
    await using second = world.credential()
    expect((await second.getToken(scope)).token).toBe('token-1')
  })

  test('does not get the token of a request that a claims challenge has overtaken', async () => {
    const store = memoryTokenStore({ now: () => start })
    const world = createStoredWorld(store)
    await using credential = world.credential()
    let release: (response: Response) => void = () => undefined
    world.answer.next = () =>
      new Promise((resolve) => {
        release = resolve
      })
    const early = credential.getToken(scope)
    await until(() => world.sent.length === 1)
    world.answer.next = undefined
    const challenged = await credential.getToken(scope, { claims: '{}' })
    release(Response.json({ access_token: 'revoked', expires_in: 3600 }))
    await early
    expect((await credential.getToken(scope)).token).toBe(challenged.token)
    expect((await store.get(key))?.secret).toBe(challenged.token)
  })

  test('does not bring back a token that a claims challenge replaced while the store was read', async () => {
    let answer: (record: TokenRecord) => void = () => undefined
    const late = new Promise<TokenRecord>((resolve) => {
      answer = resolve
    })
    const world = createStoredWorld(storeWith(() => late))
    await using credential = world.credential()
    const challenged = credential.getToken(scope, { claims: '{}' })
    const plain = credential.getToken(scope)
    const { token } = await challenged
    answer(record({ secret: 'revoked' }))
    expect((await plain).token).toBe(token)
    expect((await credential.getToken(scope)).token).toBe(token)
  })

  test('gives a token that one for a claims challenge replaces, though that was asked for before the store was read', async () => {
    const world = createStoredWorld(storeWith(async () => record({ secret: 'stored' })))
    await using credential = world.credential()
    let release: (response: Response) => void = () => undefined
    world.answer.next = () =>
      new Promise((resolve) => {
        release = resolve
      })
    const challenged = credential.getToken(scope, { claims: '{}' })
    await until(() => world.sent.length === 1)
    world.clock.time += 1
    expect((await credential.getToken(scope)).token).toBe('stored')
    release(Response.json({ access_token: 'challenged', expires_in: 3600 }))
    expect((await challenged).token).toBe('challenged')
    expect((await credential.getToken(scope)).token).toBe('challenged')
  })

  test('saves a refresh when another process has had one', async () => {
    const store = memoryTokenStore({ now: () => world.clock.time })
    const world = createStoredWorld(store)
    await using credential = world.credential()
    await credential.getToken(scope)
    world.clock.time += 3_400_000
    await store.set(record({ secret: 'fresher', cachedAt: world.clock.time, expiresAt: world.clock.time + 3_600_000 }))
    expect((await credential.getToken(scope)).token).toBe('token-1')
    await until(() => world.events.filter(({ type }) => type === 'token-acquired').length === 2)
    expect((await credential.getToken(scope)).token).toBe('fresher')
    expect(world.sent).toHaveLength(1)
  })

  test('does not keep a refresh from the network when it holds the same old token', async () => {
    const world = createStoredWorld(memoryTokenStore({ now: () => world.clock.time }))
    await using credential = world.credential()
    await credential.getToken(scope)
    world.clock.time += 3_400_000
    await credential.getToken(scope)
    await until(() => world.sent.length === 2)
  })

  test('is left open by close(), and forgets nothing', async () => {
    const store = memoryTokenStore({ now: () => start })
    const world = createStoredWorld(store)
    const credential = world.credential()
    await credential.getToken(scope)
    await credential.close()
    expect((await store.get(key))?.secret).toBe('token-1')
  })
})

describe('a store that gives what can’t be used never fails getToken', () => {
  const other = { ...key, clientId: 'another' }
  const { proof: _, ...withoutProof } = key
  test.each<[string, unknown, string | undefined]>([
    ['a record of another key', record({ key: other }), 'the record belongs to another key'],
    ['a record of another tenant', record({ key: { ...key, realm: 'other' } }), 'the record belongs to another key'],
    ['a record of another user', record({ key: { ...key, partition: 'user' } }), 'the record belongs to another key'],
    ['a record without a proof', record({ key: withoutProof }), 'the record belongs to another key'],
    ['a record with another proof', record({ key: { ...key, proof: 'other' } }), 'the record belongs to another key'],
    ['a revocable token', record({ key: { ...key, cae: true } }), 'the record belongs to another key'],
    ['a refresh token', record({ key: { ...key, kind: 'refresh' } }), 'the record belongs to another key'],
    ['a record without a key', { ...record(), key: undefined }, 'the record belongs to another key'],
    ['a key that is a text', { ...record(), key: 'key' }, 'the record belongs to another key'],
    ['a text', 'stored-token', 'the record is not an object'],
    ['a number', 5, 'the record is not an object'],
    ['true', true, 'the record is not an object'],
    ['a list', [], 'the record belongs to another key'],
    ['__proto__', JSON.parse(`{"__proto__":${JSON.stringify(record())}}`), 'the record belongs to another key'],
    ['no token', { ...record(), secret: undefined }, 'the record has no token'],
    ['an empty token', record({ secret: '' }), 'the record has no token'],
    ['a token with a line break', record({ secret: 'a\r\nX: 1' }), 'the record has no token'],
    ['a token that is an object', { ...record(), secret: {} }, 'the record has no token'],
    ['an end that is a text', { ...record(), expiresAt: '2030' }, 'the record has no times'],
    ['no end', { ...record(), expiresAt: Number.POSITIVE_INFINITY }, 'the record has no times'],
    ['no time of writing', { ...record(), cachedAt: Number.NaN }, 'the record has no times'],
    ['a refresh time that is a text', { ...record(), refreshAt: 'soon' }, 'the record has no times'],
    [
      'an end in microseconds',
      record({ expiresAt: (start + 3_600_000) * 1000 }),
      'the record says that it is valid for more than a hundred years',
    ],
    [
      'an end after the last date',
      record({ expiresAt: 1e300 }),
      'the record says that it is valid for more than a hundred years',
    ],
    ['an expired record', record({ expiresAt: start }), undefined],
    ['a record in its last seconds', record({ expiresAt: start + 20_000, cachedAt: start - 3_580_000 }), undefined],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
  ])('%s', async (_, stored, reason) => {
    const world = createStoredWorld(storeWith(async () => stored))
    await using credential = world.credential()
    expect((await credential.getToken(scope)).token).toBe('token-1')
    const errors = failed(world.events).map((event) => (event as { error: Error }).error.message)
    expect(errors).toEqual(reason === undefined ? [] : [reason])
  })

  test('a record from the future is ignored, before its expiry and after', async () => {
    const world = createStoredWorld(storeWith(async () => record({ cachedAt: start + 1e12 })))
    await using credential = world.credential()
    expect((await credential.getToken(scope)).token).toBe('token-1')
    world.clock.time += 3_600_000
    expect((await credential.getToken(scope)).token).toBe('token-2')
  })

  test('a record of another kind of token', async () => {
    const world = createStoredWorld(storeWith(async () => record({ tokenType: 'pop' })))
    await using credential = world.credential()
    expect((await credential.getToken(scope)).token).toBe('token-1')
  })
})

describe('a broken store never fails getToken', () => {
  const broken = new Error('the store is down')
  const throws = (): never => {
    throw broken
  }
  const rejects = (): Promise<never> => Promise.reject(broken)
  test.each([
    ['throws', throws],
    ['rejects', rejects],
  ])('%s', async (_, fault) => {
    const world = createStoredWorld(storeWith(fault, fault))
    await using credential = world.credential()
    expect((await credential.getToken(scope)).token).toBe('token-1')
    await until(() => failed(world.events).length === 2)
    expect(failed(world.events)).toMatchObject([
      { credential: 'ClientSecretCredential', operation: 'get', error: broken },
      { credential: 'ClientSecretCredential', operation: 'set', error: broken },
    ])
  })

  test('that never answers is waited for 500 ms, and its late answer is nobody’s', async () => {
    const slept: number[] = []
    let answer: (record: TokenRecord) => void = () => undefined
    const late = new Promise<TokenRecord>((resolve) => {
      answer = resolve
    })
    const world = createStoredWorld(storeWith(() => late))
    const sleep = async (milliseconds: number): Promise<void> => void slept.push(milliseconds)
    await using credential = world.credential({ host: { now: () => world.clock.time, env: {}, sleep } })
    expect((await credential.getToken(scope)).token).toBe('token-1')
    expect(slept).toEqual([500])
    expect(failed(world.events)).toMatchObject([{ operation: 'get', error: { message: 'no answer within 500 ms' } }])
    answer(record())
    expect((await credential.getToken(scope)).token).toBe('token-1')
  })
})

describe('while the store is read', () => {
  test('an abort rejects at once, and no request follows', async () => {
    const world = createStoredWorld(storeWith(() => new Promise(() => undefined)))
    const credential = world.credential()
    const controller = new AbortController()
    const pending = failure(credential.getToken(scope, { abortSignal: controller.signal }))
    controller.abort()
    expect((await pending).name).toBe('AbortError')
    await credential.close()
    expect(world.sent).toEqual([])
  })

  test('close() rejects at once, resolves without the store’s answer, and no request follows', async () => {
    const world = createStoredWorld(storeWith(() => new Promise(() => undefined)))
    const credential = world.credential()
    const pending = failure(credential.getToken(scope))
    await new Promise((resolve) => setImmediate(resolve))
    await credential.close()
    expect((await pending).message).toMatch(/is closed/)
    expect(world.sent).toEqual([])
    expect(failed(world.events)).toEqual([])
  })
})

test('a store is looked at before the constructor is done with', () => {
  for (const store of [{}, { get: () => undefined }, 'redis', null]) {
    const construct = (): unknown => new ClientSecretCredential(tenantId, clientId, 's', { tokenStore: store as never })
    expect(construct).toThrow(/^ClientSecretCredential: options\.tokenStore is .*get, set, delete, list/)
  }
})
