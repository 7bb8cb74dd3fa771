import { OnBehalfOfCredential } from 'entrada'
import { type Lease, memoryTokenStore, type TokenRecord, type TokenStore } from 'entrada/store'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type PendingWrites, settleWrites, startWrite } from '../../src/cache/pending-writes.ts'
import { clientId, scope, tenantId, until } from '../world.ts'
import { createStoredWorld } from './stored-world.ts'
import { advance } from './two-clocks.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** A promise and what settles it. */
function gate(): { opened: Promise<void>; open(): void; refuse(error: Error): void } {
  let open: () => void = () => undefined
  let refuse: (error: Error) => void = () => undefined
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve
    refuse = reject
  })
  return { opened, open, refuse }
}

/** A store whose writes wait for gates, and that notes what it is asked. */
function slowStore(change: (store: TokenStore) => Partial<TokenStore> = () => ({})) {
  const records = memoryTokenStore({ now: () => Date.UTC(2030, 0, 1) })
  const write = gate()
  const asked: string[] = []
  const slow: TokenStore = {
    ...records,
    async set(record) {
      asked.push(`set ${record.key.kind}`)
      await write.opened
      await records.set(record)
    },
    async delete(key) {
      asked.push(`delete ${key.kind}`)
      await write.opened
      await records.delete(key)
    },
  }
  return { store: { ...slow, ...change(slow) }, records, write, asked }
}

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  void promise.then(() => {
    settled = true
  })
  for (let round = 0; round < 5; round++) await new Promise((resolve) => setImmediate(resolve))
  return settled
}

const failures = (world: { events: readonly { type: string }[] }) =>
  world.events.filter(({ type }) => type === 'store-failed')

describe('close()', () => {
  test('resolves when the token is written', async () => {
    const { store, records, write } = slowStore()
    const world = createStoredWorld(store)
    const credential = world.credential()
    await credential.getToken(scope)
    const closed = credential.close()
    expect(await isSettled(closed)).toBe(false)
    write.open()
    await closed
    const [listed] = await records.list('app')
    expect(listed && (await records.get(listed.key))?.secret).toBe('token-1')
    expect(failures(world)).toEqual([])
  })

  test('resolves when the token that replaces another is written, though nothing new is started', async () => {
    const { store, records, write, asked } = slowStore()
    const world = createStoredWorld(store)
    const credential = world.credential()
    await credential.getToken(scope, { claims: '{}' })
    const closed = credential.close()
    write.open()
    await closed
    expect(asked).toEqual(['delete access', 'set access'])
    expect(await records.list('app')).toHaveLength(1)
  })

  test('resolves when the lease is given back, which is after the write', async () => {
    const release = gate()
    const did: string[] = []
    const lease: Lease = {
      async release() {
        did.push('release')
        await release.opened
        did.push('released')
      },
    }
    const { store, write } = slowStore(() => ({ lease: async () => lease }))
    const world = createStoredWorld(store)
    const credential = world.credential()
    await credential.getToken(scope)
    const closed = credential.close()
    expect(await isSettled(closed)).toBe(false)
    expect(did).toEqual([])
    write.open()
    expect(await isSettled(closed)).toBe(false)
    expect(did).toEqual(['release'])
    release.open()
    await closed
    expect(did).toEqual(['release', 'released'])
  })

  test('gives back the lease of a request that it ends', async () => {
    let isReleased = false
    const release = async (): Promise<void> => {
      isReleased = true
    }
    const { store } = slowStore(() => ({ lease: async () => ({ release }) }))
    const world = createStoredWorld(store)
    const credential = world.credential()
    world.answer.next = () => new Promise(() => undefined)
    const asked = credential.getToken(scope).catch(() => undefined)
    await until(() => world.sent.length === 1)
    await credential.close()
    await asked
    expect(isReleased).toBe(true)
  })

  test('waits 500 ms for an access token; then one event tells of it, and none follows', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { store, write } = slowStore()
    const world = createStoredWorld(store)
    const credential = world.credential()
    await Promise.all([credential.getToken(scope), credential.getToken('https://other.example/.default')])
    const closed = credential.close()
    expect(await isSettled(closed)).toBe(false)
    await advance(499)
    expect(await isSettled(closed)).toBe(false)
    await advance(1)
    await closed
    expect(failures(world)).toMatchObject([
      {
        operation: 'set',
        error: { message: 'close() waited 500 ms for what was being written (2), which may be lost' },
      },
    ])
    write.refuse(new Error('the connection is closed'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(failures(world)).toHaveLength(1)
  })

  test('starts no write after that, also where one was to follow another', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { store, write, asked } = slowStore()
    const world = createStoredWorld(store)
    const credential = world.credential()
    await credential.getToken(scope, { claims: '{}' })
    const closed = credential.close()
    expect(await isSettled(closed)).toBe(false)
    await advance(500)
    await closed
    write.open()
    await new Promise((resolve) => setImmediate(resolve))
    expect(asked).toEqual(['delete access'])
  })

  test('lets a write in that has ended while the loop was busy, before it gives up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { store, write } = slowStore()
    const world = createStoredWorld(store)
    const credential = world.credential()
    await credential.getToken(scope)
    const closed = credential.close()
    await isSettled(closed)
    vi.advanceTimersByTime(500)
    queueMicrotask(write.open)
    await closed
    expect(failures(world)).toEqual([])
  })

  test('tells of a write that fails meanwhile', async () => {
    const { store, write } = slowStore()
    const world = createStoredWorld(store)
    const credential = world.credential()
    await credential.getToken(scope)
    const closed = credential.close()
    write.refuse(new Error('disk full'))
    await closed
    expect(failures(world)).toMatchObject([{ operation: 'set', error: { message: 'disk full' } }])
  })

  test('waits for the same, however often it is called', async () => {
    const { store, write } = slowStore()
    const credential = createStoredWorld(store).credential()
    await credential.getToken(scope)
    const both = Promise.all([credential.close(), credential.close()])
    expect(await isSettled(both)).toBe(false)
    write.open()
    await both
    await credential.close()
  })

  test('waits five seconds for the refresh token of a user', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { store, write, asked } = slowStore(() => ({
      set: async ({ key }: TokenRecord) => {
        asked.push(`set ${key.kind}`)
        if (key.kind === 'refresh') await write.opened
      },
    }))
    const world = createStoredWorld(store)
    world.answer.next = () => Response.json({ access_token: 'on-behalf', refresh_token: 'refresh', expires_in: 3600 })
    const credential = new OnBehalfOfCredential({
      tenantId,
      clientId,
      clientSecret: 'a secret',
      userAssertionToken: 'assertion',
      tokenStore: store,
      onEvent: (event) => world.events.push(event),
      fetch: async () => world.answer.next?.() ?? new Response('', { status: 500 }),
      host: { now: () => world.clock.time, env: {} },
    })
    await credential.getToken(scope)
    const closed = credential.close()
    expect(await isSettled(closed)).toBe(false)
    await advance(4999)
    expect(await isSettled(closed)).toBe(false)
    expect(asked).toEqual(['set refresh', 'set access'])
    await advance(1)
    await closed
    expect(failures(world)).toMatchObject([{ operation: 'set', error: { message: /^close\(\) waited 5000 ms/ } }])
  })

  test('starts nothing that comes up after it was called, but gives leases back', async () => {
    const writes: PendingWrites = { pending: new Set(), isClosing: false, isOver: false }
    const events: unknown[] = []
    const writing = { writes, emit: (event: unknown) => events.push(event), monotonic: () => 0 }
    const did: string[] = []
    const first = gate()
    const start = (operation: 'set' | 'lease', name: string, until?: Promise<void>) =>
      startWrite(writing, { operation, patience: 500 }, async () => {
        did.push(name)
        await until
      })
    void start('set', 'before', first.opened)
    const settled = settleWrites(writing)
    void start('set', 'after')
    void start('lease', 'lease')
    first.open()
    await settled
    void start('lease', 'too late')
    expect(did).toEqual(['before', 'lease'])
    expect(events).toEqual([{ type: 'store-used', operation: 'set', milliseconds: 0 }])
  })
})
