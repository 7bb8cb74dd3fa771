import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { inspect } from 'node:util'
import { type RedisClient, redisTokenStore } from '@entrada/redis'
import { recordName, type TokenKey, tokenEnvelope } from 'entrada/store'
import { describe, expect, test } from 'vitest'
import { startBusyPeer } from '../../entrada/test/runtime/busy.ts'
import { slotOf } from '../src/keys.ts'

const keys = randomBytes(32)
const key: TokenKey = { kind: 'access', partition: 'ada', environment: 'e', clientId: 'client', cae: false }
const record = { key, secret: 'recognisable-secret', cachedAt: Date.now(), expiresAt: Date.now() + 3_600_000 }

/** A client that answers as it is told, and remembers what it was asked. */
function clientThat(answer: (args: readonly string[]) => unknown) {
  const asked: (readonly string[])[] = []
  const client = async (args: readonly string[]): Promise<unknown> => {
    asked.push(args)
    return answer(args)
  }
  return { client, asked }
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => Promise.reject(new Error('it did not reject')),
    (error: Error) => error,
  )
}

describe('an answer that is no good', () => {
  test.each<[string, unknown, RegExp]>([
    ['a number', 5, /returned a number in place of a string/],
    ['a list', ['x'], /returned a object in place of a string/],
  ])('%s: rejects, and what it may hold is not repeated', async (_, reply, words) => {
    const { client } = clientThat(([name]) => (name === 'GETRANGE' ? reply : 0))
    expect((await failure(redisTokenStore(client, { keys }).get(key))).message).toMatch(words)
  })

  test.each<[string, unknown, RegExp]>([
    ['garbage', 'garbage', /the record is not an envelope/],
    ['bytes of garbage', new Uint8Array(300), /the record is not an envelope/],
    [
      'another’s record',
      tokenEnvelope(keys).seal({ ...record, key: { ...key, clientId: 'x' } }),
      /belongs to another key/,
    ],
    ['a record of another key', tokenEnvelope(randomBytes(32)).seal(record), /sealed with the key [0-9a-f]{12}, which/],
    ['a newer form', tokenEnvelope(keys).seal(record).replace('entrada1', 'entrada9'), /entrada9, which is newer/],
  ])('%s: is no record, with one report', async (_, reply, words) => {
    const { client } = clientThat(([name]) => (name === 'GETRANGE' ? reply : 0))
    const told: string[] = []
    const store = redisTokenStore(client, { keys })
    expect(await store.get(key, ({ message }) => void told.push(message))).toBeUndefined()
    expect(told).toEqual([expect.stringMatching(words)])
  })

  test('a record of a clock that was ahead is not served', async () => {
    const ahead = { ...record, cachedAt: Date.now() + 86_400_000, expiresAt: Date.now() + 90_000_000 }
    const { client } = clientThat(() => tokenEnvelope(keys).seal(ahead))
    expect(await redisTokenStore(client, { keys }).get(key)).toBeUndefined()
  })

  test('is nothing where there is nothing', async () => {
    for (const reply of ['', null, undefined, new Uint8Array(0)]) {
      expect(await redisTokenStore(clientThat(() => reply).client, { keys }).get(key)).toBeUndefined()
    }
  })

  test('as bytes is as good as a text', async () => {
    const sealed = Buffer.from(tokenEnvelope(keys).seal(record))
    expect(await redisTokenStore(clientThat(() => sealed).client, { keys }).get(key)).toEqual(record)
  })
})

test('a record that expires between two attempts to write it is not written', async () => {
  const clock = { time: record.cachedAt }
  const { client, asked } = clientThat(() => {
    clock.time = record.expiresAt
    return ['somebody else’s', 'sha1']
  })
  await redisTokenStore(client, { keys, now: () => clock.time }).set(record)
  expect(asked).toHaveLength(1)
})

describe('a Redis that is away', () => {
  const away = (): Promise<never> => Promise.reject(new Error('connect ECONNREFUSED'))

  test('is left alone for a time that doubles, and used again after one answer', async () => {
    const clock = { time: 0 }
    let reply: () => unknown = away
    const { client, asked } = clientThat(() => reply())
    const store = redisTokenStore(client, { keys, now: () => clock.time })
    const isAsked = async (): Promise<boolean> => {
      const before = asked.length
      await store.get(key).catch(() => undefined)
      return asked.length > before
    }
    expect(await isAsked()).toBe(true)
    expect(await isAsked()).toBe(false)
    clock.time = 500
    expect(await isAsked()).toBe(true)
    clock.time = 1499
    expect(await isAsked()).toBe(false)
    clock.time = 1500
    reply = () => ''
    expect(await isAsked()).toBe(true)
    expect(await isAsked()).toBe(true)
  })

  test('of a cluster is one server: the slots of the others are asked all the same', async () => {
    const asked: string[] = []
    const client = {
      isCluster: true,
      async call(_: string, at = '') {
        asked.push(at)
        return slotOf(at) < 8192 ? away() : ''
      },
    }
    const store = redisTokenStore(client, { keys, now: () => 0 })
    const users = Array.from({ length: 200 }, (_, user) => ({ ...key, partition: `user ${user}` }))
    const gets = async (): Promise<number> => {
      const results = await Promise.allSettled(users.map((user) => store.get(user)))
      return results.filter(({ status }) => status === 'fulfilled').length
    }
    const alive = await gets()
    expect(alive).toBeGreaterThan(70)
    asked.length = 0
    expect(await gets()).toBe(alive)
    // None of the lost server's; the pause of one user is that of many.
    expect(asked).toHaveLength(alive)
  })

  test('is left alone no longer when the clock is put right', async () => {
    const clocks = { wall: 0, monotonic: 0 }
    const { client, asked } = clientThat(away)
    const store = redisTokenStore(client, { keys, now: () => clocks.wall, monotonic: () => clocks.monotonic })
    await failure(store.get(key))
    clocks.wall = -10_800_000
    clocks.monotonic = 60_000
    await failure(store.get(key))
    expect(asked).toHaveLength(2)
    clocks.wall = 10_800_000
    await failure(store.get(key))
    expect(asked).toHaveLength(2)
  })

  test('says so in words that name the command, and repeat no key and no secret', async () => {
    const { client } = clientThat((args) => Promise.reject(Object.assign(new Error('broken'), { command: { args } })))
    const error = await failure(redisTokenStore(client, { keys }).set(record))
    expect(error.message).toBe('redisTokenStore: EVAL failed: broken')
    const shown = inspect(error, { depth: 9, showHidden: true })
    expect(shown).not.toContain('recognisable')
    expect(shown).not.toContain('entrada1.')
  })

  test.each([Number.POSITIVE_INFINITY, 1e12])('may be waited for without an end (%d ms)', async (answerWithinMs) => {
    // A time-out that is too long for a timer would fire after a millisecond.
    const late = async (): Promise<string> => {
      for (const start = performance.now(); performance.now() < start + 5; ) await new Promise(setImmediate)
      return ''
    }
    expect(await redisTokenStore(late, { keys, answerWithinMs }).get(key)).toBeUndefined()
  })

  test.each([Number.NaN, -1, '400', null])('is not waited for %j ms', (answerWithinMs) => {
    const options = { keys, answerWithinMs } as never
    expect(() => redisTokenStore(async () => '', options)).toThrow(
      new TypeError('redisTokenStore: answerWithinMs must be a number of milliseconds. Leave it out for 400.'),
    )
  })

  test('that never answers is waited for no longer than asked', async () => {
    const store = redisTokenStore(() => new Promise(() => undefined), { keys, answerWithinMs: 1 })
    expect((await failure(store.get(key))).message).toBe('redisTokenStore: GETRANGE failed: no reply within 1 ms')
  })

  test('is not one whose reply has arrived while this thread was busy', async () => {
    await using peer = await startBusyPeer('reply')
    const socket = connect(peer.port, '127.0.0.1')
    const reply = once(socket, 'data')
    const client = async (): Promise<string> => {
      socket.write('command')
      await reply
      return ''
    }
    const getting = redisTokenStore(client, { keys, answerWithinMs: 30 }).get(key)
    await peer.asked()
    peer.hold(60)
    expect(await getting).toBeUndefined()
    socket.destroy()
  })

  test.each(['WRONGTYPE Operation against a key', 'OOM command not allowed'])(
    'is not one that says: %s',
    async (words) => {
      const { client, asked } = clientThat(() => Promise.reject(new Error(words)))
      const store = redisTokenStore(client, { keys })
      await failure(store.set(record))
      await failure(store.set(record))
      expect(asked).toHaveLength(2)
    },
  )

  test.each(['MOVED 3999 127.0.0.1:6381', 'LOADING Redis is loading', 'CLUSTERDOWN The cluster is down'])(
    'is one that says: %s',
    async (words) => {
      const { client, asked } = clientThat(() => Promise.reject(new Error(words)))
      const store = redisTokenStore(client, { keys })
      expect((await failure(store.get(key))).message).toContain(words)
      await failure(store.get(key))
      expect(asked).toHaveLength(1)
    },
  )
})

test('nothing of a call goes on behind it: what is broken is removed before get has answered', async () => {
  const order: string[] = []
  const { client } = clientThat(async ([name]) => {
    await new Promise(setImmediate)
    order.push(name ?? '')
    return name === 'GETRANGE' ? 'garbage' : 1
  })
  await redisTokenStore(client, { keys }).get(key)
  order.push('answered')
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(order).toEqual(['GETRANGE', 'EVAL', 'answered'])
})

test('a failed command is told without what the client adds to it, and cut', async () => {
  const theirs = Object.assign(new Error(`broken ${'x'.repeat(100_000)}`), {
    args: ['SECRET-OF-THEIRS'],
    code: 'EPIPE',
  })
  const error = await failure(redisTokenStore(() => Promise.reject(theirs), { keys }).get(key))
  expect(error.message.length).toBeLessThan(500)
  expect(error.cause).toMatchObject({ code: 'EPIPE' })
  expect(error.cause).not.toBe(theirs)
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('SECRET-OF-THEIRS')
})

test.each([undefined, null, {}, 'redis://localhost', 5])('%j is no client', (client) => {
  expect(() => redisTokenStore(client as RedisClient, { keys })).toThrow(
    /client must be a client of redis, ioredis or iovalkey/,
  )
})

test('a key is needed', () => {
  expect(() => redisTokenStore(async () => '', {} as never)).toThrow(/keys must be a key.*openssl rand -base64 32/)
})

test('a record that has expired is not written, and every other with its time to live', async () => {
  const { client, asked } = clientThat(() => 1)
  const store = redisTokenStore(client, { keys, now: () => 1000 })
  await store.set({ ...record, expiresAt: 1000 })
  expect(asked).toEqual([])
  await store.set({ ...record, expiresAt: 5000.2 })
  expect(asked[0]?.slice(-3)).toEqual(['5001', '1000', recordName(key)])
})
