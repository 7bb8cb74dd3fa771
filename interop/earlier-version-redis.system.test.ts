import { randomBytes } from 'node:crypto'
import { type RedisTokenStoreOptions, redisTokenStore } from '@entrada/redis'
import type { TokenKey, TokenRecord, TokenStore } from 'entrada/store'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { component, redisServer } from './components.ts'
import { type EarlierVersion, loadEarlierVersion } from './earlier-version.ts'
import { type RedisServer, startRedis } from './redis/servers.ts'

const hasRedis = component(redisServer)
const keys = randomBytes(32)
const hour = 3600_000
const key: TokenKey = { kind: 'access', partition: 'ada.contoso', environment: 'e', clientId: 'client', cae: false }
const record = (secret: string, fields: Partial<TokenRecord> = {}): TokenRecord => {
  return { key, secret, cachedAt: Date.now(), expiresAt: Date.now() + hour, ...fields }
}

let server: RedisServer
let client: Redis
let earlier: EarlierVersion | { reason: string }

beforeAll(async () => {
  if (!hasRedis) return
  earlier = await loadEarlierVersion()
  server = await startRedis()
  client = new Redis(server.port)
}, 60_000)

afterAll(async () => {
  client?.disconnect()
  await server?.[Symbol.asyncDispose]()
})

beforeEach(({ skip }) => {
  if ('reason' in earlier) skip(earlier.reason)
})

let prefixes = 0
/** The two versions on the same records. */
function both(options: Partial<RedisTokenStoreOptions> = {}): { now: TokenStore; before: TokenStore } {
  const prefix = `versions-${++prefixes}:`
  const now = redisTokenStore(client, { keys, prefix, ...options })
  return { now, before: (earlier as EarlierVersion).redisTokenStore(client, { keys, prefix }) }
}

test.each(['access', 'refresh', 'account'] as const)(
  'each reads, lists and replaces what the other wrote: %s',
  async (kind) => {
    const of = { ...key, kind }
    const { now, before } = both()
    await now.set(record('1', { key: of }))
    expect((await before.get(of))?.secret).toBe('1')
    await before.set(record('2', { key: of, expiresAt: Date.now() + 2 * hour }))
    expect((await now.get(of))?.secret).toBe('2')
    await now.set(record('3', { key: of, expiresAt: Date.now() + 3 * hour }))
    expect((await before.list(of.partition)).map(({ secret }) => secret)).toEqual(['3'])
    await now.set(record('sooner', { key: of }))
    await before.set(record('sooner', { key: of }))
    expect((await now.get(of))?.secret).toBe('3')
    await before.delete(of)
    expect(await now.get(of)).toBeUndefined()
  },
)

test('a lease that one holds is not had by the other', async () => {
  const { now, before } = both()
  const held = await now.lease?.(key, 5000)
  expect(await before.lease?.(key, 5000)).toBeUndefined()
  await held?.release()
  expect(await before.lease?.(key, 5000)).toBeDefined()
  expect(await now.lease?.(key, 5000)).toBeUndefined()
})

test('form 2 is left alone by 0.1.0, which says that it is newer', async () => {
  const { now, before } = both({ formatVersion: 2 })
  await now.set(record('in form 2'))
  await expect(before.get(key)).rejects.toThrow(/entrada2, which is newer/)
  expect((await now.get(key))?.secret).toBe('in form 2')
  await before.set(record('in form 1', { expiresAt: Date.now() + 2 * hour }))
  expect((await now.get(key))?.secret).toBe('in form 1')
})
