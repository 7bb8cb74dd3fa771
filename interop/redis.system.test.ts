import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type RedisClient, redisTokenStore } from '@entrada/redis'
import { recordName, type TokenRecord, type TokenStore, tokenStoreContract } from 'entrada/store'
import { Cluster, Redis } from 'ioredis'
import Valkey from 'iovalkey'
import { createClient, createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aRecord, key } from '../packages/entrada/test/stores/a-record.ts'
import { component, openssl, redisServer } from './components.ts'
import { type RedisServer, startRedis, startRedisCluster } from './redis/servers.ts'

// OpenSSL makes the certificate of the server that speaks TLS.
const hasRedis = [redisServer, openssl].map(component).every(Boolean)

const keys = randomBytes(32)
/** Redis lives by the time of this machine. */
const record = (secret: string, fields: Partial<TokenRecord> = {}): TokenRecord => {
  return aRecord(secret, { cachedAt: Date.now(), expiresAt: Date.now() + 3_600_000, ...fields })
}

let server: RedisServer
let client: Redis
let folder: string
const clients: Record<string, RedisClient> = {}
const ends: (() => unknown)[] = []

beforeAll(async () => {
  if (!hasRedis) return
  folder = await mkdtemp(join(tmpdir(), 'entrada-redis-'))
  const [cert, certKey] = [join(folder, 'server.pem'), join(folder, 'server.key')]
  const subject = ['-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2', '-nodes']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  await promisify(execFile)('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', certKey, '-out', cert])
  const tls = [
    '--tls-cert-file',
    cert,
    '--tls-key-file',
    certKey,
    '--tls-ca-cert-file',
    cert,
    '--tls-auth-clients',
    'no',
  ]
  const [plain, overTls, cluster] = await Promise.all([startRedis(), startRedis([], tls), startRedisCluster()])
  server = plain
  client = new Redis(server.port)
  const nodeRedis = await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect()
  const valkey = new Valkey.default(server.port)
  const secure = new Redis({ port: overTls.port, host: '127.0.0.1', tls: { ca: await readFile(cert) } })
  const [port = 0] = cluster.ports
  const ioCluster = new Cluster([{ host: '127.0.0.1', port }])
  const nodeCluster = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] })
  await nodeCluster.connect()
  Object.assign(clients, {
    ioredis: client,
    redis: nodeRedis,
    iovalkey: valkey,
    'ioredis over TLS': secure,
    'a cluster of ioredis': ioCluster,
    'a cluster of redis': nodeCluster,
    'a function': (args: readonly string[]) => client.call(...(args as [string, ...string[]])),
  } satisfies Record<string, RedisClient>)
  ends.push(
    ...[client, valkey, secure, ioCluster].map((one) => () => one.disconnect()),
    () => nodeRedis.destroy(),
    () => nodeCluster.destroy(),
    ...[plain, overTls, cluster].map((one) => () => one[Symbol.asyncDispose]()),
    () => rm(folder, { recursive: true, force: true }),
  )
}, 60_000)

afterAll(async () => {
  for (const end of ends) await end()
})

let prefixes = 0
const newPrefix = (): string => `test-${++prefixes}:`
const open = (prefix: string = newPrefix(), of: RedisClient = client): TokenStore =>
  redisTokenStore(of, { keys, prefix })

describe.each([
  'ioredis',
  'redis',
  'iovalkey',
  'ioredis over TLS',
  'a cluster of ioredis',
  'a cluster of redis',
  'a function',
])('the store in Redis, through %s', (name) => {
  test.each(tokenStoreContract())('$name', ({ run }) => run(open(newPrefix(), clients[name])))
})

describe('what is in Redis', () => {
  test('has a time to live, each key, and tells of nobody', async () => {
    const prefix = newPrefix()
    const store = open(prefix)
    await store.set(record('recognisable-secret'))
    await store.lease?.(key, 5000)
    const names = await client.keys(`${prefix}*`)
    expect(names).toHaveLength(3)
    for (const name of names) {
      expect(name).not.toMatch(/contoso|client|tenant|scope/)
      expect(await client.pttl(name)).toBeGreaterThan(0)
      expect(await client.pttl(name)).toBeLessThanOrEqual(3_600_000)
    }
    const dump = await Promise.all(names.map((name) => client.dumpBuffer(name)))
    expect(dump.map(String).join()).not.toMatch(/recognisable|contoso/)
  })

  test('is gone when it has expired, and its name from the index', async () => {
    const prefix = newPrefix()
    const store = open(prefix)
    await store.set(record('short', { expiresAt: Date.now() + 30 }))
    while ((await client.keys(`${prefix}*`)).length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await store.get(key)).toBeUndefined()
  })

  test('of a user is on one slot; applications’ tokens are spread over sixteen', async () => {
    const prefix = newPrefix()
    const store = open(prefix)
    const app = Array.from({ length: 64 }, (_, index) => ({ ...key, partition: 'app', target: `scope-${index}` }))
    await Promise.all(app.map((one) => store.set(record('token', { key: one }))))
    await store.set(record('one'))
    await store.set(record('two', { key: { ...key, target: 'other' } }))
    const tags = (await client.keys(`${prefix}*`)).map((name) => /\{(.*?)\}/.exec(name)?.[1])
    expect(new Set(tags).size).toBe(17)
    expect(await store.list('app')).toHaveLength(64)
    expect(await store.list('ada.contoso')).toHaveLength(2)
  })

  test('is read with one command, and found without looking through the others', async () => {
    const prefix = newPrefix()
    const store = open(prefix)
    const monitor = await server.monitor()
    await store.set(record('secret'))
    await store.get(key)
    await store.list(key.partition)
    await store.delete(key)
    const commands = (): string[] => monitor.commands.filter((line) => line.includes(prefix))
    while (commands().filter((line) => line.includes('ZREM"')).length === 0) await new Promise(setImmediate)
    monitor.stop()
    const names = commands().flatMap((line) => /^\S+ \[\d+ (?!lua)\S+\] "(\w+)"/i.exec(line)?.[1] ?? [])
    expect(names).toEqual(['EVAL', 'GETRANGE', 'ZRANGEBYSCORE', 'MGET', 'EVAL'])
    expect(monitor.commands.join()).not.toMatch(/"(?:KEYS|SCAN|FLUSH\w*)"/i)
  })
})

test('of two writes the later expiry wins, whichever comes first', async () => {
  const store = open()
  await store.set(record('later', { expiresAt: Date.now() + 7_200_000 }))
  await store.set(record('earlier'))
  expect((await store.get(key))?.secret).toBe('later')
  const latest = Date.now() + 9_000_000
  const writes = Array.from({ length: 40 }, (_, index) => record(`w${index}`, { expiresAt: latest - index }))
  await Promise.all(writes.reverse().map((one) => store.set(one)))
  expect((await store.get(key))?.secret).toBe('w0')
})

test('a prefix opens no hash tag and is no pattern', async () => {
  const store = open('a{b}*\n:')
  await store.set(record('secret'))
  expect(await client.keys('a%7bb%7d%2a%0a:{*')).toHaveLength(2)
  expect((await store.get(key))?.secret).toBe('secret')
})

test('a lease ends by itself, and its late release does not end another’s', async () => {
  const store = open()
  const first = await store.lease?.(key, 20)
  let second = await store.lease?.(key, 60_000)
  while (second === undefined) second = await store.lease?.(key, 60_000)
  await first?.release()
  expect(await store.lease?.(key, 60_000)).toBeUndefined()
})

test.each<[string, (place: string) => Promise<unknown>]>([
  ['garbage that never expires', (place) => client.set(place, 'garbage')],
  ['garbage that expires in a day', (place) => client.set(place, 'garbage', 'PX', 86_400_000)],
  ['a list', (place) => client.rpush(place, 'garbage')],
])('a lease is taken over from %s, which nobody would release', async (_, put) => {
  const prefix = newPrefix()
  const store = open(prefix)
  const held = await store.lease?.(key, 5000)
  const [place = ''] = await client.keys(`${prefix}*:lease`)
  await client.del(place)
  await put(place)
  expect(await store.lease?.(key, 5000)).toBeDefined()
  expect(await client.pttl(place)).toBeGreaterThan(0)
  await held?.release()
  expect(await store.lease?.(key, 5000)).toBeUndefined()
})

test('keys rotate: the new one seals, the old one opens', async () => {
  const prefix = newPrefix()
  await open(prefix).set(record('old'))
  const rotated = redisTokenStore(client, { keys: [randomBytes(32), keys], prefix })
  expect((await rotated.get(key))?.secret).toBe('old')
  await rotated.set(record('new', { expiresAt: Date.now() + 7_200_000 }))
  const told: string[] = []
  expect(await open(prefix).get(key, ({ message }) => void told.push(message))).toBeUndefined()
  expect(told).toEqual([expect.stringMatching(/sealed with the key [0-9a-f]{12}, which was not given/)])
  expect((await rotated.get(key))?.secret).toBe('new')
})

describe('a sign-in that a program cannot open', () => {
  const [older, newer] = [randomBytes(32), randomBytes(32)]
  const with_ = (prefix: string, keysOf: Buffer | Buffer[]): TokenStore =>
    redisTokenStore(client, { keys: keysOf, prefix })

  test.each(['refresh', 'account'] as const)(
    'is left to those who can, and its writer has its own: %s',
    async (kind) => {
      const prefix = newPrefix()
      const of = { ...key, kind }
      await with_(prefix, newer).set(record('of the newer', { key: of }))
      await with_(prefix, older).set(record('of the older', { key: of }))
      await with_(prefix, older).set(record('of the older, later', { key: of, expiresAt: Date.now() + 7_200_000 }))
      expect((await with_(prefix, newer).get(of))?.secret).toBe('of the newer')
      expect((await with_(prefix, older).get(of))?.secret).toBe('of the older, later')
      expect((await with_(prefix, older).list(of.partition)).map(({ secret }) => secret)).toEqual([
        'of the older, later',
      ])
    },
  )

  test('is removed with the others when the user signs out', async () => {
    const prefix = newPrefix()
    const of = { ...key, kind: 'refresh' as const }
    await with_(prefix, newer).set(record('of the newer', { key: of }))
    await with_(prefix, older).set(record('of the older', { key: of }))
    await with_(prefix, older).delete(of)
    expect(await with_(prefix, newer).get(of)).toBeUndefined()
    expect(await with_(prefix, older).get(of)).toBeUndefined()
    expect(await client.keys(`${prefix}*`)).toEqual([])
  })

  test('outlasts a rotation: [old, new] everywhere, then [new, old]', async () => {
    const prefix = newPrefix()
    const of = { ...key, kind: 'refresh' as const }
    await with_(prefix, older).set(record('1', { key: of }))
    await with_(prefix, [older, newer]).set(record('2', { key: of, expiresAt: Date.now() + 4_000_000 }))
    await with_(prefix, [newer, older]).set(record('3', { key: of, expiresAt: Date.now() + 5_000_000 }))
    expect((await with_(prefix, [older, newer]).get(of))?.secret).toBe('3')
    expect(await client.keys(`${prefix}*`)).toHaveLength(2)
  })
})

describe('what a record says without proof decides nothing', () => {
  test.each<[string, string]>([
    ['of another key, for 90 days', `entrada1.${'b'.repeat(12)}.${Date.now() + 90 * 86_400_000}.AAAA`],
    ['of another key, in form 2', `entrada2.${'b'.repeat(12)}.${Date.now() + 90 * 86_400_000}.${Date.now()}-AAAA`],
    ['of a newer version', `entrada9.${'b'.repeat(12)}.${Date.now() + 90 * 86_400_000}.AAAA`],
    ['until the year 9999', `entrada1.${'b'.repeat(12)}.253402300799000.AAAA`],
  ])('%s: an access token takes its place', async (_, text) => {
    const prefix = newPrefix()
    const store = open(prefix)
    await store.set(record('first'))
    await client.set((await client.keys(`${prefix}*:${recordName(key)}`))[0] as string, text)
    await store.set(record('fresh'))
    expect((await store.get(key))?.secret).toBe('fresh')
  })

  test('nor what was written by a clock that was ahead, though it opens', async () => {
    const prefix = newPrefix()
    const ahead = Date.now() + 30 * 86_400_000
    const wrong = redisTokenStore(client, { keys, prefix, now: () => ahead })
    await wrong.set(record('ahead', { cachedAt: ahead, expiresAt: ahead + 3_600_000 }))
    const store = open(prefix)
    expect(await store.get(key)).toBeUndefined()
    await store.set(record('good'))
    expect((await store.get(key))?.secret).toBe('good')
    expect((await store.list(key.partition)).map(({ secret }) => secret)).toEqual(['good'])
  })

  test('no record lasts longer than 100 days', async () => {
    const prefix = newPrefix()
    await open(prefix).set(record('for ever', { expiresAt: Date.now() + 1000 * 86_400_000 }))
    for (const name of await client.keys(`${prefix}*`)) {
      expect(await client.pttl(name)).toBeLessThanOrEqual(100 * 86_400_000)
    }
  })

  test('a clock that is ahead takes no names of good records from the index', async () => {
    const prefix = newPrefix()
    await open(prefix).set(record('good'))
    const ahead = Date.now() + 3 * 3_600_000
    const wrong = redisTokenStore(client, { keys, prefix, now: () => ahead })
    const other = { ...key, clientId: 'other' }
    await wrong.set(record('ahead', { key: other, cachedAt: ahead, expiresAt: ahead + 3_600_000 }))
    expect((await open(prefix).list(key.partition)).map(({ secret }) => secret)).toEqual(['good'])
  })
})

test.each([1, 2] as const)('records of form %i are read by who writes the other one', async (formatVersion) => {
  const prefix = newPrefix()
  const [one, other] = [formatVersion, formatVersion === 1 ? 2 : 1].map((version) =>
    redisTokenStore(client, { keys, prefix, formatVersion: version as 1 | 2 }),
  ) as [TokenStore, TokenStore]
  await one.set(record('first'))
  expect((await other.get(key))?.secret).toBe('first')
  await other.set(record('earlier', { expiresAt: Date.now() + 1_800_000 }))
  expect((await one.get(key))?.secret).toBe('first')
  await other.set(record('later', { expiresAt: Date.now() + 7_200_000 }))
  expect((await one.get(key))?.secret).toBe('later')
})

describe('what somebody else has put there', () => {
  /** The key of the record in Redis. */
  async function placeOf(prefix: string): Promise<string> {
    return (await client.keys(`${prefix}*:${recordName(key)}`))[0] as string
  }

  test.each<[string, (place: string, prefix: string) => Promise<unknown>]>([
    ['garbage', (place) => client.set(place, randomBytes(500))],
    ['a plain record', (place) => client.set(place, JSON.stringify(record('forged')))],
    ['nothing', (place) => client.set(place, '')],
    ['an end that never comes', (place) => client.set(place, `entrada1.${'0'.repeat(12)}.999999999999999.AAAA`)],
    ['50 MB', (place) => client.set(place, 'x'.repeat(50_000_000))],
    ['a list', (place) => client.multi().del(place).lpush(place, 'x').exec()],
    [
      'a changed bit',
      async (place) => client.setrange(place, 60, (await client.getrange(place, 60, 60)) === 'A' ? 'B' : 'A'),
    ],
    ['another’s record', async (place) => client.copy(await otherPlace(), place, 'REPLACE')],
    ['an index that is a text', async (place) => client.set(place.replace(/:[^:]*$/, ':index'), 'x')],
  ])('%s: is reported or absent, and the next token is kept', async (_, poison) => {
    const prefix = newPrefix()
    const store = open(prefix)
    await store.set(record('first'))
    await poison(await placeOf(prefix), prefix)
    const read = await store.get(key).catch((error: unknown) => error as Error)
    if (read instanceof Error) expect(read.message).toMatch(/^the record|^redisTokenStore: GETRANGE failed: WRONGTYPE/)
    await store.set(record('second', { expiresAt: Date.now() + 7_200_000 }))
    expect((await store.get(key))?.secret).toBe('second')
    expect((await store.list(key.partition)).map(({ secret }) => secret)).toEqual(['second'])
  })

  async function otherPlace(): Promise<string> {
    const prefix = newPrefix()
    const other = { ...key, clientId: 'other' }
    await open(prefix).set(record('another’s', { key: other, expiresAt: Date.now() + 9_000_000 }))
    return (await client.keys(`${prefix}*:${recordName(other)}`))[0] as string
  }
})
