import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@entrada/emulator'
import { redisTokenStore } from '@entrada/redis'
import { ClientSecretCredential, type EntradaEvent } from 'entrada'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { component, redisServer } from './components.ts'
import { startFleet } from './redis/fleet.ts'
import { type RedisServer, startRedis } from './redis/servers.ts'

const hasRedis = component(redisServer)

const scope = 'https://storage.azure.com/.default'
const storeKey = randomBytes(32).toString('base64')

let emulator: Emulator
let server: RedisServer

beforeAll(async () => {
  if (!hasRedis) return
  ;[emulator, server] = await Promise.all([startEmulator(), startRedis()])
})

afterAll(async () => {
  await Promise.all([emulator?.close(), server?.[Symbol.asyncDispose]()])
})

/** What the token service has been asked, by its own log. */
const asked = (): number => emulator.requests.filter(({ path }) => path.endsWith('/token')).length

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 30_000
  while (!condition()) {
    if (performance.now() > end) throw new Error('the condition never came true')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('eight processes that are cold at once', () => {
  test('on one Redis make one request, and Redis is told of one holder', async () => {
    await server.command('FLUSHALL')
    await using fleet = await startFleet(8, emulator, { REDIS_PORT: String(server.port), STORE_KEY: storeKey })
    const monitor = await server.monitor()
    emulator.requests.clear()
    emulator.faults.next({ delay: 300 })
    const tokens = await Promise.all(fleet.members.map((member) => member.token(scope)))
    expect(new Set(tokens).size).toBe(1)
    expect(asked()).toBe(1)
    const released = (): string[] => monitor.commands.filter((line) => /lua\] "DEL".*:lease"/.test(line))
    await until(() => released().length > 0)
    monitor.stop()
    expect(monitor.commands.filter((line) => /lua\] "SET"(?!.*:lease")/.test(line))).toHaveLength(1)
    expect(released()).toHaveLength(1)
  })

  test('on one folder make one request', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'entrada-fleet-'))
    await using fleet = await startFleet(8, emulator, { STORE_FOLDER: join(folder, 'store') })
    emulator.requests.clear()
    emulator.faults.next({ delay: 300 })
    const tokens = await Promise.all(fleet.members.map((member) => member.token(scope)))
    expect(new Set(tokens).size).toBe(1)
    expect(asked()).toBe(1)
    await rm(folder, { recursive: true, force: true })
  })
})

test.each([
  ['on one Redis', 'REDIS_PORT'],
  ['on one folder', 'STORE_FOLDER'],
])('%s, one that is killed while it holds the lease is followed by one other', async (_, variable) => {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-fleet-'))
  const store =
    variable === 'REDIS_PORT'
      ? { REDIS_PORT: String(server.port), STORE_KEY: storeKey }
      : { STORE_FOLDER: join(folder, 'store') }
  await server.command('FLUSHALL')
  await using fleet = await startFleet(4, emulator, store)
  emulator.requests.clear()
  emulator.faults.next({ delay: 60_000 })
  const ofAnother = 'https://vault.azure.net/.default'
  const tokens = fleet.members.map((member) => member.token(ofAnother).catch((error: Error) => error))
  await until(() => fleet.members.some((member) => member.hasAsked()))
  await until(() => emulator.faults.pending === 0)
  const leader = fleet.members.findIndex((member) => member.hasAsked())
  fleet.members[leader]?.kill()
  const got = await Promise.all(tokens)
  expect(got[leader]).toBeInstanceOf(Error)
  const others = got.filter((_token, index) => index !== leader)
  expect(others.map(String).filter((token) => token.startsWith('Error'))).toEqual([])
  expect(new Set(others).size).toBe(1)
  expect(fleet.members.filter((member) => member.hasAsked())).toHaveLength(2)
  await rm(folder, { recursive: true, force: true })
})

describe('under load, no getToken fails', () => {
  test('while Redis is killed, is started anew, hangs, is full, and is fed garbage; and it is used again each time', async () => {
    await using redis = await startRedis()
    const client = new Redis(redis.port, { retryStrategy: () => 50 })
    client.on('error', () => undefined)
    const tokenStore = redisTokenStore(client, { keys: storeKey, prefix: 'load:' })
    const errors: unknown[] = []
    let isOver = false
    let sources: string[] = []
    let storeFailures = 0
    const onEvent = (event: EntradaEvent): void => {
      if (event.type === 'token-acquired') sources.push(event.source)
      if (event.type === 'store-failed') storeFailures++
    }
    async function load(caller: number): Promise<void> {
      const { AZURE_TENANT_ID = '', AZURE_CLIENT_ID = '', AZURE_CLIENT_SECRET = '' } = emulator.env()
      for (let call = 0; !isOver; call++) {
        // Each is cold: in memory there would be nothing to see.
        const credential = new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, {
          authorityHost: emulator.url,
          fetch: emulator.fetch,
          tokenStore,
          onEvent,
        })
        const of = `https://app-${(caller + call) % 4}.example/.default`
        await credential.getToken(of).catch((error: unknown) => errors.push(error))
        await credential.close()
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    }
    const isUsed = async (): Promise<void> => {
      sources = []
      await until(() => sources.filter((source) => source === 'store').length >= 10)
    }
    const isMissed = async (): Promise<void> => {
      ;[sources, storeFailures] = [[], 0]
      await until(() => storeFailures >= 3 && sources.filter((source) => source === 'network').length >= 3)
    }
    const callers = Array.from({ length: 4 }, (_, caller) => load(caller))
    await isUsed()

    await redis.kill()
    await isMissed()
    await redis.start()
    await isUsed()

    redis.pause()
    await isMissed()
    redis.resume()
    await isUsed()

    await redis.command('FLUSHALL')
    await redis.command('CONFIG', 'SET', 'maxmemory', '1')
    await isMissed()
    await redis.command('CONFIG', 'SET', 'maxmemory', '0')
    await isUsed()

    for (let times = 0; times < 20; times++) {
      storeFailures = 0
      for (const name of await client.keys('load:*')) await client.set(name, randomBytes(200))
      await until(() => storeFailures > 0)
    }
    await isUsed()

    isOver = true
    await Promise.all(callers)
    client.disconnect()
    expect(errors).toEqual([])
  }, 60_000)
})
