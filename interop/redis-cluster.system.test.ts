import { randomBytes } from 'node:crypto'
import { redisTokenStore } from '@entrada/redis'
import type { TokenKey, TokenStore } from 'entrada/store'
import { Cluster } from 'ioredis'
import { createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aRecord, key } from '../packages/entrada/test/stores/a-record.ts'
import { slotOf } from '../packages/redis/src/keys.ts'
import { component, redisServer } from './components.ts'
import { type RedisCluster, type RedisServer, startRedisCluster } from './redis/servers.ts'

const hasRedis = component(redisServer)
const keys = randomBytes(32)
const users = Array.from({ length: 60 }, (_, user): TokenKey => ({ ...key, partition: `user ${user}` }))

let cluster: RedisCluster
const stores: Record<string, TokenStore> = {}
const ends: (() => unknown)[] = []

beforeAll(async () => {
  if (!hasRedis) return
  cluster = await startRedisCluster()
  const io = new Cluster(cluster.ports.map((port) => ({ host: '127.0.0.1', port })))
  io.on('error', () => undefined)
  const node = createCluster({ rootNodes: cluster.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })) })
  node.on('error', () => undefined)
  await node.connect()
  Object.assign(stores, { ioredis: redisTokenStore(io, { keys }), redis: redisTokenStore(node, { keys }) })
  ends.push(
    () => io.disconnect(),
    () => node.destroy(),
    () => cluster[Symbol.asyncDispose](),
  )
}, 60_000)

afterAll(async () => {
  for (const end of ends) await end()
})

test('the slot of a key is the one that Redis has', async () => {
  const names = users.map(({ partition }) => `any:{${partition}}:record`)
  const told = await Promise.all(names.map((name) => cluster.nodes[0]?.command('CLUSTER', 'KEYSLOT', name)))
  expect(names.map(slotOf)).toEqual(told.map(Number))
})

describe('a cluster that has lost a master', () => {
  test('keeps the users of the others, through each client', async () => {
    const records = users.map((user) =>
      aRecord('secret', { key: user, cachedAt: Date.now(), expiresAt: Date.now() + 3_600_000 }),
    )
    // At a second try, some of them have lost their master already.
    await Promise.allSettled(records.map((record) => stores.ioredis?.set(record)))
    await (cluster.nodes[0] as RedisServer).kill()
    for (const [name, store] of Object.entries(stores)) {
      const found = async (): Promise<number> => {
        const results = await Promise.allSettled(users.map((user) => store.get(user)))
        return results.filter((result) => result.status === 'fulfilled' && result.value !== undefined).length
      }
      const alive = await found()
      expect(alive, name).toBeGreaterThan(20)
      expect(alive, name).toBeLessThan(60)
      expect(await found(), name).toBe(alive)
    }
  }, 60_000)
})
