import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { memoryTokenStore, type TokenRecord } from 'entrada/store'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { refreshPause } from '../../src/cache/freshness.ts'
import { RefreshTokens } from '../../src/cache/refresh-tokens.ts'
import { scope } from '../world.ts'
import { start, storedToken } from './stored-world.ts'
import { advance, createTwoClocks } from './two-clocks.ts'

const minute = 60_000
const hour = 60 * minute

afterEach(() => {
  vi.useRealTimers()
})

describe('a token in memory ends by whichever clock says so first', () => {
  test('came while the clock was ahead: it is over when its life has passed', async () => {
    const world = createTwoClocks()
    await using credential = world.credential()
    world.set(3 * hour)
    await credential.getToken(scope)
    world.set(-3 * hour)
    world.jump(54 * minute)
    expect((await credential.getToken(scope)).token).toBe('token-1')
    world.jump(6 * minute)
    expect((await credential.getToken(scope)).token).toBe('token-2')
  })

  test('came while the clock was behind: it is over when the clock has been set', async () => {
    const world = createTwoClocks()
    await using credential = world.credential()
    world.set(-3 * hour)
    await credential.getToken(scope)
    world.set(3 * hour)
    await world.pass(1000)
    expect((await credential.getToken(scope)).token).toBe('token-2')
  })

  test('was held while the machine slept and its monotonic clock stood still', async () => {
    const world = createTwoClocks()
    await using credential = world.credential()
    await credential.getToken(scope)
    world.set(56 * minute)
    await world.pass(1000)
    expect((await credential.getToken(scope)).token).toBe('token-1')
    await world.happens(() => world.sent.length === 2)
    world.set(hour)
    await world.pass(1000)
    expect((await credential.getToken(scope)).token).toBe('token-3')
  })

  test('is served on where the clock went forward by mistake and was set back', async () => {
    const world = createTwoClocks()
    await using credential = world.credential()
    await credential.getToken(scope)
    world.set(10 * hour)
    await world.pass(1000)
    world.set(-10 * hour)
    expect((await credential.getToken(scope)).token).toBe('token-1')
    await world.pass(1000)
    expect((await credential.getToken(scope)).token).toBe('token-1')
    expect(world.sent).toHaveLength(1)
  })

  test('was asked for before the clock was set back, and came after', async () => {
    const world = createTwoClocks()
    await using credential = world.credential()
    world.set(3 * hour)
    world.answer.next = () => {
      world.set(-3 * hour)
      world.answer.next = undefined
      return Response.json({ access_token: 'on-the-way', expires_in: 3600 })
    }
    expect((await credential.getToken(scope)).token).toBe('on-the-way')
    world.jump(hour)
    expect((await credential.getToken(scope)).token).toBe('token-2')
  })

  test('was asked for while the clock was ahead for a moment, between two tries', async () => {
    const world = createTwoClocks()
    await using credential = world.credential({ host: { sleep: async () => undefined } })
    world.answer.next = () => {
      world.set(3 * hour)
      world.answer.next = () => {
        world.set(-3 * hour)
        world.answer.next = undefined
        return Response.json({ access_token: 'on-the-way', expires_in: 3600 })
      }
      return new Response('', { status: 503 })
    }
    expect((await credential.getToken(scope)).token).toBe('on-the-way')
    world.jump(hour)
    expect((await credential.getToken(scope)).token).toBe('token-3')
  })

  test('was asked for while the clock was ahead, which was set right before the try that brought it', async () => {
    const world = createTwoClocks()
    await using credential = world.credential({ host: { sleep: async () => undefined } })
    world.set(3 * hour)
    world.answer.next = () => {
      world.set(-3 * hour)
      world.answer.next = undefined
      return new Response('', { status: 503 })
    }
    expect((await credential.getToken(scope)).token).toBe('token-2')
    world.jump(54 * minute)
    expect((await credential.getToken(scope)).token).toBe('token-2')
    world.jump(6 * minute)
    expect((await credential.getToken(scope)).token).toBe('token-3')
  })

  test('a clock that drifts a little is not taken for one that was set', async () => {
    const world = createTwoClocks()
    await using credential = world.credential()
    await credential.getToken(scope)
    for (let second = 0; second < 1000; second++) {
      world.set(second % 2 === 0 ? 0.5 : -0.4)
      await world.pass(1000)
    }
    expect((await credential.getToken(scope)).token).toBe('token-1')
    expect(world.sent).toHaveLength(1)
  })
})

describe('the timer that looks at the wall clock', () => {
  test('is there while a token is held, and no longer', async () => {
    const world = createTwoClocks()
    const credential = world.credential()
    expect(vi.getTimerCount()).toBe(0)
    await credential.getToken(scope)
    await credential.getToken('https://other.example/.default')
    expect(vi.getTimerCount()).toBe(1)
    await world.pass(10_000)
    expect(vi.getTimerCount()).toBe(1)
    await credential.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('ends with the last token, and begins again with the next', async () => {
    const world = createTwoClocks()
    await using credential = world.credential()
    await credential.getToken(scope)
    world.jump(hour)
    await advance(1000)
    expect(vi.getTimerCount()).toBe(0)
    await credential.getToken(scope)
    expect(vi.getTimerCount()).toBe(1)
  })

  test('holds no credential that is forgotten without close()', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const world = createTwoClocks()
    const asked = async (): Promise<WeakRef<object>> => {
      const credential = world.credential()
      await credential.getToken(scope)
      return new WeakRef(credential)
    }
    const forgotten = await asked()
    expect(vi.getTimerCount()).toBe(1)
    for (let round = 0; round < 20 && forgotten.deref() !== undefined; round++) {
      await new Promise((resolve) => setImmediate(resolve))
      collect()
    }
    expect(forgotten.deref()).toBeUndefined()
    await world.pass(2000)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('the pause after a failed refresh', () => {
  test('lasts as long as it was to last, though the clock is set back meanwhile', async () => {
    const world = createTwoClocks()
    await using credential = world.credential({ retryOptions: { maxRetries: 0 } })
    world.answer.next = () => Response.json({ access_token: 'day', expires_in: 86_400, refresh_in: 3600 })
    await credential.getToken(scope)
    world.jump(2 * hour)
    world.set(3 * hour)
    world.answer.next = () => new Response('', { status: 503 })
    await credential.getToken(scope)
    await world.happens(() => world.events.some(({ type }) => type === 'refresh-failed'))
    world.set(-3 * hour)
    world.answer.next = undefined
    world.jump(29_000)
    await credential.getToken(scope)
    expect(world.sent).toHaveLength(2)
    world.jump(1000)
    await credential.getToken(scope)
    await world.happens(() => world.sent.length === 3)
  })

  test.each([
    ['none asked for', hour, 0, 30_000],
    ['a shorter one asked for', hour, 1000, 30_000],
    ['a longer one asked for', hour, 120_000, 120_000],
    ['one of years asked for', 12 * hour, 99_999_999_000, 300_000],
    ['one without an end asked for', 12 * hour, Number.POSITIVE_INFINITY, 300_000],
    ['one that would outlast the token', 200_000, 7_200_000, 170_000],
    ['one that would outlast a token of less than a minute', 50_000, 7_200_000, 30_000],
    ['one that ends with the token', 300_000, 300_000, 300_000],
    ['the least one, in the last seconds', 10_000, 0, 30_000],
    ['no number asked for', hour, Number.NaN, 30_000],
  ])('%s', (_, left, asked, expected) => {
    expect(refreshPause(left, asked)).toBe(expected)
  })

  test('a Retry-After of years ends no refreshing: the token is renewed within its life', async () => {
    const world = createTwoClocks()
    await using credential = world.credential({ retryOptions: { maxRetries: 0 } })
    world.answer.next = () => Response.json({ access_token: 'day', expires_in: 86_400, refresh_in: 43_200 })
    await credential.getToken(scope)
    world.jump(13 * hour)
    world.answer.next = () => new Response('', { status: 429, headers: { 'retry-after': '99999999' } })
    await credential.getToken(scope)
    await world.happens(() => world.events.some(({ type }) => type === 'refresh-failed'))
    expect(world.events.find(({ type }) => type === 'refresh-failed')).toMatchObject({ nextInMs: 300_000 })
    world.answer.next = undefined
    world.jump(300_000)
    await credential.getToken(scope)
    await world.happens(() => world.sent.length === 3)
  })
})

test('a token’s life counts from the try that brought it, not from those before', async () => {
  const world = createTwoClocks()
  const sleep = async (milliseconds: number): Promise<void> => world.jump(milliseconds)
  await using credential = world.credential({ host: { sleep } })
  world.answer.next = () => {
    world.answer.next = () => Response.json({ access_token: 'short', expires_in: 60 })
    return new Response('', { status: 429, headers: { 'retry-after': '64' } })
  }
  const { expiresOnTimestamp, refreshAfterTimestamp } = await credential.getToken(scope)
  expect(expiresOnTimestamp).toBe(world.clock.time + 60_000)
  expect(refreshAfterTimestamp).toBe(world.clock.time + 30_000)
})

describe('a record of a machine whose clock is ahead', () => {
  const record = (cachedAt: number): TokenRecord => storedToken({ cachedAt })

  test.each([
    ['by five minutes is believed', 300_000, 'stored-token'],
    ['by more is not', 300_001, 'token-1'],
    ['by a month is not', 30 * 24 * hour, 'token-1'],
  ])('%s', async (_, ahead, expected) => {
    const store = memoryTokenStore({ now: () => start })
    const get = async (): Promise<TokenRecord> => record(start + ahead)
    const world = createTwoClocks({ ...store, get })
    await using credential = world.credential()
    expect((await credential.getToken(scope)).token).toBe(expected)
    expect(world.events.filter(({ type }) => type === 'store-failed')).toEqual([])
  })

  test('that is read while the clock is set right is over when its life has passed', async () => {
    const found: TokenRecord[] = []
    const world = createTwoClocks({
      ...memoryTokenStore({ now: () => start }),
      async get() {
        world.set(-3 * hour)
        return found.pop()
      },
    })
    world.set(3 * hour)
    found.push(record(world.clock.time))
    await using credential = world.credential()
    expect((await credential.getToken(scope)).token).toBe('stored-token')
    world.jump(hour)
    expect((await credential.getToken(scope)).token).toBe('token-1')
  })

  test('has no trustworthy refresh token either', async () => {
    const { signal } = new AbortController()
    const refreshKeyOf = () => ({ ...record(0).key, kind: 'refresh' as const, partition: 'ada' })
    const store = memoryTokenStore({ now: () => start })
    await store.set({ ...record(start + 30 * 24 * hour), key: refreshKeyOf(), secret: 'refresh' })
    const tokens = new RefreshTokens({
      store,
      refreshKeyOf,
      now: () => start,
      sleep: () => new Promise(() => undefined),
      emit: () => undefined,
      monotonic: () => 0,
      writes: { pending: new Set(), isClosing: false, isOver: false },
    })
    expect(await tokens.get({ subject: { id: 'ada' } }, signal)).toBeUndefined()
  })
})
