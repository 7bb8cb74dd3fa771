import { randomBytes } from 'node:crypto'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { component, redisServer } from '../interop/components.ts'
import { startRedis } from '../interop/redis/servers.ts'
import { startTenant } from './running-recipes.ts'

// Eight processes that start at once have two cores on some machines.
vi.setConfig({ testTimeout: 60_000 })

const isHere = component(redisServer)

let tenant: Awaited<ReturnType<typeof startTenant>>
beforeAll(async () => {
  if (isHere) tenant = await startTenant()
})

test('redis-fleet/: of eight that start at once, one asks Entra ID; and each goes on when Redis is gone', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis[Symbol.asyncDispose]())
  const env = { REDIS_URL: `redis://127.0.0.1:${redis.port}`, TOKEN_KEY: randomBytes(32).toString('base64') }
  const member = async () => (await (await tenant.start('redis-fleet/member.mjs', env)).finished()).output
  tenant.emulator.requests.clear()
  const said = await Promise.all(Array.from({ length: 8 }, member))
  expect(said.map((line) => line.replace(/, in .*/, '')).sort()).toEqual([
    'Token from the network',
    ...Array(7).fill('Token from the store'),
  ])
  expect(tenant.emulator.requests).toHaveLength(1)

  await redis.kill()
  expect(await member()).toMatch(/^Token from the network/)
})
