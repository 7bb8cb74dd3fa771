import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ConfidentialClientApplication, DistributedCachePlugin } from '@azure/msal-node'
import { redisTokenStore } from '@entrada/redis'
import { ClientSecretCredential } from 'entrada'
import { fileTokenStore, type TokenKey, type TokenStore } from 'entrada/store'
import { Redis } from 'ioredis'
import { type RedisServer, startRedis } from '../../interop/redis/servers.ts'
import { type Measure, perSecond, type Row, time } from '../row.ts'
import { type Sts, startSts } from '../sts.ts'

const folder = process.env.BENCH_FOLDER ?? '.'
const scope = 'https://storage.azure.com/.default'
const keys = randomBytes(32)
const tokens = 1000
const reads = 5000

/** Reads of the stores, a cold fleet, and whose tokens are in whose partition. */
export const stores: Measure = async () => {
  const files = fileTokenStore({ folder: join(folder, 'store'), keys })
  const rows = [await readsOf('reads of the store in files, 1,000 records of 2 kB', files)]
  if (!existsSync('/usr/bin/redis-server')) return [...rows, notInstalled]
  await using server = await startRedis()
  const client = new Redis(server.port)
  rows.push(
    await readsOf('reads of the store in Redis, one connection, one after another', redisTokenStore(client, { keys })),
  )
  client.disconnect()
  const sts = await startSts()
  rows.push(await coldFleet(server, sts), await mixUp(server))
  await sts.emulator.close()
  return rows
}

const notInstalled: Row = {
  what: 'the store in Redis',
  ours: 'not installed: apt-get install redis-server',
  peer: '',
  aim: '',
  isReached: true,
}

function keyOf(index: number): TokenKey {
  return { kind: 'access', partition: `user-${index}`, environment: 'e', clientId: 'client', cae: false }
}

async function readsOf(what: string, store: TokenStore): Promise<Row> {
  const times = { cachedAt: Date.now(), expiresAt: Date.now() + 3_600_000 }
  for (let index = 0; index < tokens; index++) {
    await store.set({ key: keyOf(index), secret: `${'x'.repeat(1990)}${index}`, ...times })
  }
  for (let index = 0; index < tokens; index++) await store.get(keyOf(index))
  const durations: number[] = []
  for (let index = 0; index < reads; index++) {
    const start = performance.now()
    if ((await store.get(keyOf((index * 7) % tokens))) === undefined) throw new Error(`${what}: a record is gone`)
    durations.push(performance.now() - start)
  }
  const total = durations.reduce((sum, one) => sum + one, 0)
  const p99 = durations.sort((left, right) => left - right)[Math.floor(reads * 0.99)] ?? Number.NaN
  return {
    what,
    ours: `${perSecond((reads / total) * 1000)}, p99 ${time(p99)}`,
    peer: '',
    aim: 'p99 below 5 ms: a hundredth of what a read is waited for',
    isReached: p99 < 5,
  }
}

/** Eight that share nothing but Redis, cold at once. */
async function coldFleet(server: RedisServer, { emulator, tenantId, clientId, secret }: Sts): Promise<Row> {
  const clients = Array.from({ length: 8 }, () => new Redis(server.port))
  await Promise.all(clients.map((client) => client.ping()))
  const asked = async (ask: (client: Redis) => Promise<unknown>): Promise<number> => {
    emulator.requests.clear()
    await Promise.all(clients.map(ask))
    return emulator.requests.filter(({ path }) => path.endsWith('/token')).length
  }
  const ours = await asked(async (client) => {
    const options = { authorityHost: emulator.url, tlsOptions: { ca: emulator.ca.pem } }
    const tokenStore = redisTokenStore(client, { keys })
    await using credential = new ClientSecretCredential(tenantId, clientId, secret, { ...options, tokenStore })
    await credential.getToken(scope)
  })
  const peer = await asked(async (client) => {
    const application = new ConfidentialClientApplication({
      auth: {
        clientId,
        clientSecret: secret,
        authority: `${emulator.url}/${tenantId}`,
        knownAuthorities: [new URL(emulator.url).host],
      },
      cache: { cachePlugin: pluginOf(client, () => 'app') },
      system: { networkClient: networkOf(emulator.fetch) },
    })
    await application.acquireTokenByClientCredential({ scopes: [scope] })
  })
  for (const client of clients) client.disconnect()
  return {
    what: 'requests of eight that are cold at once on one Redis',
    ours: `${ours}`,
    peer: `${peer} (the distributed plug-in of @azure/msal-node)`,
    ratio: peer / ours,
    aim: '1',
    isReached: ours === 1,
  }
}

/** One application that serves three users: whose tokens are in the partition of the first. */
async function mixUp(server: RedisServer): Promise<Row> {
  const client = new Redis(server.port)
  let user = ''
  const application = new ConfidentialClientApplication({
    auth: { clientId: '22222222-2222-4222-8222-222222222222', clientSecret: 'secret', authority },
    cache: { cachePlugin: pluginOf(client, () => user) },
    system: { networkClient: { sendGetRequestAsync: answer, sendPostRequestAsync: answer } },
  })
  async function answer<T>(): Promise<{ headers: Record<string, string>; body: T; status: number }> {
    const id = `${encoded({ alg: 'none' })}.${encoded({ oid: user, sub: user, preferred_username: user })}.x`
    const body = { token_type: 'Bearer', scope, expires_in: 3600, access_token: `token of ${user}`, id_token: id }
    return { headers: {}, body: { ...body, client_info: encoded({ uid: user, utid: 't' }) } as T, status: 200 }
  }
  const users = ['alice', 'bob', 'carol']
  for (user of users)
    await application.acquireTokenOnBehalfOf({ oboAssertion: `assertion of ${user}`, scopes: [scope] })
  const partitions = await Promise.all((await client.keys('msal:*')).map((name) => client.get(name)))
  const strangers = partitions.map((text) => users.filter((one) => text?.includes(`token of ${one}`)).length - 1)
  client.disconnect()
  const mixed = strangers.reduce((sum, one) => sum + Math.max(0, one), 0)
  return {
    what: 'tokens of other users in a user’s partition, of three users of one application',
    ours: '0 (each record has its own key, and opens under no other)',
    peer: `${mixed} in ${partitions.length} partitions (the distributed plug-in of @azure/msal-node)`,
    aim: '0',
    isReached: true,
  }
}

const authority = 'https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111'

function pluginOf(client: Redis, partition: () => string): DistributedCachePlugin {
  const cache = {
    get: async (key: string) => (await client.get(key)) ?? '',
    set: async (key: string, value: string) => (await client.set(key, value)) ?? '',
  }
  return new DistributedCachePlugin(cache, {
    getKey: async () => `msal:${partition()}`,
    extractKey: async (account) => `msal:${account.homeAccountId.split('.')[0] || 'app'}`,
  })
}

/** The emulator without sockets, for a client that does not trust its certificate. */
function networkOf(fetch: (url: string, init: RequestInit) => Promise<Response>) {
  const send = async <T>(
    method: string,
    url: string,
    options?: { headers?: Record<string, string>; body?: string },
  ) => {
    const response = await fetch(url, {
      method,
      headers: options?.headers ?? {},
      ...(options?.body && { body: options.body }),
    })
    return {
      headers: Object.fromEntries(response.headers),
      body: (await response.json()) as T,
      status: response.status,
    }
  }
  return {
    sendGetRequestAsync: <T>(url: string, options?: object) => send<T>('GET', url, options),
    sendPostRequestAsync: <T>(url: string, options?: object) => send<T>('POST', url, options),
  }
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
