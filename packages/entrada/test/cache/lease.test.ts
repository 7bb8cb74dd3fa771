import type { EntradaEvent } from 'entrada'
import { type Lease, memoryTokenStore, type TokenStore, tokenKeyText } from 'entrada/store'
import { describe, expect, test } from 'vitest'
import { failure, scope, until } from '../world.ts'
import { createStoredWorld, holdAnswer, type StoredWorld } from './stored-world.ts'

/** A world whose credentials stand for processes: they share a store that has leases, and nothing else. */
interface Fleet extends StoredWorld {
  /** What was done with leases and records, in order. */
  did: string[]
  /** How long the credentials have waited from one look to the next, in milliseconds. */
  waited(): number
  /** From now on a pause is over at once, and the clock has moved by it. Else it ends when the store has changed. */
  letTimePass(): void
}

function createFleet(change: (store: TokenStore) => Partial<TokenStore> = () => ({})): Fleet {
  const did: string[] = []
  const held = new Map<string, { until: number }>()
  let waited = 0
  let timePasses = false
  const sleeping: (() => void)[] = []
  const wake = (): void => {
    for (const end of sleeping.splice(0)) end()
  }
  const records = memoryTokenStore({ now: () => world.clock.time })
  const sound: TokenStore = {
    ...records,
    async set(record) {
      await new Promise((resolve) => setImmediate(resolve))
      await records.set(record)
      did.push('set')
      wake()
    },
    async delete(key) {
      await records.delete(key)
      did.push('delete')
    },
    async lease(key, milliseconds) {
      const text = tokenKeyText(key)
      if ((held.get(text)?.until ?? 0) > world.clock.time) return undefined
      const mine = { until: world.clock.time + milliseconds }
      held.set(text, mine)
      did.push('lease')
      return {
        async release() {
          if (held.get(text) === mine) held.delete(text)
          did.push('release')
          wake()
        },
      }
    },
  }
  const world = createStoredWorld({ ...sound, ...change(sound) })
  /** The time-out of the store ends when nobody waits for it. */
  const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason)
      signal.addEventListener('abort', onAbort)
      if (milliseconds === 500) return
      waited += milliseconds
      sleeping.push(() => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      })
      if (!timePasses) return
      world.clock.time += milliseconds
      setImmediate(wake)
    })
  const host = { now: () => world.clock.time, env: {}, sleep }
  return {
    ...world,
    did,
    waited: () => waited,
    letTimePass() {
      timePasses = true
      wake()
    },
    credential: (options) => world.credential({ host, ...options }),
  }
}

const failed = (events: readonly EntradaEvent[]): EntradaEvent[] => events.filter(({ type }) => type === 'store-failed')

describe('processes that share a store with leases', () => {
  test('ask once when they are cold at once, and all have the token', async () => {
    const fleet = createFleet()
    const credentials = Array.from({ length: 8 }, () => fleet.credential())
    const tokens = await Promise.all(credentials.map((credential) => credential.getToken(scope)))
    expect(new Set(tokens.map(({ token }) => token))).toEqual(new Set(['token-1']))
    expect(fleet.sent).toHaveLength(1)
    await Promise.all(credentials.map((credential) => credential.close()))
  })

  test('give the lease back when the token is written, and not before', async () => {
    const fleet = createFleet()
    await using credential = fleet.credential()
    await credential.getToken(scope)
    await until(() => fleet.did.length === 3)
    expect(fleet.did).toEqual(['lease', 'set', 'release'])
  })

  test('refresh once when their token ages', async () => {
    const fleet = createFleet()
    await using one = fleet.credential()
    await using other = fleet.credential()
    await Promise.all([one.getToken(scope), other.getToken(scope)])
    fleet.clock.time += 3_400_000
    await Promise.all([one.getToken(scope), other.getToken(scope)])
    await until(() => fleet.events.filter(({ type }) => type === 'token-acquired').length === 4)
    const tokens = await Promise.all([one.getToken(scope), other.getToken(scope)])
    expect(tokens.map(({ token }) => token)).toEqual(['token-2', 'token-2'])
    expect(fleet.sent).toHaveLength(2)
  })

  test('do not hold up one another for different tokens', async () => {
    const fleet = createFleet()
    await using one = fleet.credential()
    await using other = fleet.credential()
    const answer = holdAnswer(fleet)
    const slow = one.getToken('a')
    await until(() => fleet.sent.length === 1)
    expect((await other.getToken('b')).token).toBe('token-2')
    answer(Response.json({ access_token: 'late', expires_in: 3600 }))
    await slow
  })

  test('take over from one whose request failed', async () => {
    const fleet = createFleet()
    await using one = fleet.credential()
    await using other = fleet.credential()
    const answer = holdAnswer(fleet)
    const refused = failure(one.getToken(scope))
    await until(() => fleet.sent.length === 1)
    const second = other.getToken(scope)
    answer(Response.json({ error: 'invalid_client' }, { status: 401 }))
    await refused
    expect((await second).token).toBe('token-2')
  })

  test('take over from one that died, when its lease has ended', async () => {
    const fleet = createFleet()
    await using one = fleet.credential()
    await using other = fleet.credential()
    holdAnswer(fleet)
    void one.getToken(scope).catch(() => undefined)
    await until(() => fleet.sent.length === 1)
    fleet.letTimePass()
    expect((await other.getToken(scope)).token).toBe('token-2')
    expect(fleet.waited()).toBeGreaterThanOrEqual(5000)
    expect(fleet.waited()).toBeLessThan(5500)
  })

  test('look again once they have the lease: the one before may have written meanwhile', async () => {
    let looks = 0
    const fleet = createFleet((store) => ({
      async get(key) {
        const record = await store.get(key)
        if (++looks === 2)
          await store.set({ key, secret: 'theirs', cachedAt: fleet.clock.time, expiresAt: fleet.clock.time + 3600_000 })
        return looks === 2 ? store.get(key) : record
      },
    }))
    await using credential = fleet.credential()
    expect((await credential.getToken(scope)).token).toBe('theirs')
    expect(fleet.sent).toEqual([])
    await until(() => fleet.did.includes('release'))
  })

  test('take no lease for claims, and their token replaces one that lasts longer', async () => {
    const fleet = createFleet()
    await using credential = fleet.credential()
    await credential.getToken(scope, { claims: '{}' })
    await until(() => fleet.did.length === 2)
    expect(fleet.did).toEqual(['delete', 'set'])
  })
})

describe('a lease that can’t be had never fails getToken', () => {
  const broken = new Error('the store is down')
  test.each<[string, TokenStore['lease']]>([
    [
      'throws',
      () => {
        throw broken
      },
    ],
    ['rejects', () => Promise.reject(broken)],
    ['gives what is no lease', async () => ({}) as Lease],
  ])('because the store %s', async (_, lease) => {
    const fleet = createFleet(() => ({ lease: lease as NonNullable<typeof lease> }))
    await using credential = fleet.credential()
    expect((await credential.getToken(scope)).token).toBe('token-1')
    await until(() => failed(fleet.events).length === 1)
    expect(failed(fleet.events)).toMatchObject([{ operation: 'lease' }])
  })

  test('because it never ends: after ten seconds a process asks without it', async () => {
    const fleet = createFleet(() => ({ lease: async () => undefined }))
    fleet.letTimePass()
    await using credential = fleet.credential()
    expect((await credential.getToken(scope)).token).toBe('token-1')
    expect(fleet.waited()).toBeGreaterThanOrEqual(10_000)
    expect(fleet.waited()).toBeLessThan(10_500)
    expect(failed(fleet.events)).toEqual([])
  })

  test('because the store is slow; the lease that comes too late is given back', async () => {
    let grant: (lease: Lease) => void = () => undefined
    const late = new Promise<Lease>((resolve) => {
      grant = resolve
    })
    const world = createStoredWorld({ ...memoryTokenStore(), lease: () => late })
    const host = { now: () => world.clock.time, env: {}, sleep: async () => undefined }
    await using credential = world.credential({ host })
    expect((await credential.getToken(scope)).token).toBe('token-1')
    const reasons = failed(world.events).map((event) => (event as { error: Error }).error.message)
    expect(reasons).toContain('no answer within 500 ms')
    let isReleased = false
    grant({
      release: async () => {
        isReleased = true
      },
    })
    await until(() => isReleased)
  })
})

describe('while another process has the lease', () => {
  const never = (): Partial<TokenStore> => ({ lease: async () => undefined })

  test('an abort rejects at once, and no request follows', async () => {
    const fleet = createFleet(never)
    const credential = fleet.credential()
    const controller = new AbortController()
    const pending = failure(credential.getToken(scope, { abortSignal: controller.signal }))
    await until(() => fleet.waited() > 0)
    controller.abort()
    expect((await pending).name).toBe('AbortError')
    await credential.close()
    expect(fleet.sent).toEqual([])
  })

  test('close() rejects at once, and no request follows', async () => {
    const fleet = createFleet(never)
    const credential = fleet.credential()
    const pending = failure(credential.getToken(scope))
    await until(() => fleet.waited() > 0)
    await credential.close()
    expect((await pending).message).toMatch(/is closed/)
    expect(fleet.sent).toEqual([])
    expect(failed(fleet.events)).toEqual([])
  })
})
