import type { TokenKey, TokenRecord, TokenStore } from '../cache/token-store.ts'

/** One rule for stores, as a test that throws an `Error` if the store breaks it. */
export interface StoreRule {
  /** The rule, as the name of a test. */
  name: string
  /** Tries it with an empty store; rejects where it is broken. */
  run(store: TokenStore): Promise<void>
}

/** Longer than a rule takes, in milliseconds. */
const minute = 60_000

const access: TokenKey = {
  kind: 'access',
  partition: 'app',
  environment: 'login.example',
  clientId: 'client',
  realm: 'tenant',
  target: 'https://a.example/.default',
  cae: false,
}

/**
 * The rules that every `TokenStore` must obey, for any test framework: run each against an empty store. `now` is the
 * store's clock, in milliseconds since the epoch.
 */
export function tokenStoreContract(now: () => number = Date.now): readonly StoreRule[] {
  const record = (secret: string, key: Partial<TokenKey> = {}, lifeMs = 3600_000): TokenRecord => ({
    key: { ...access, ...key },
    secret,
    tokenType: 'Bearer',
    cachedAt: now(),
    expiresAt: now() + lifeMs,
    refreshAt: now() + lifeMs / 2,
  })
  return [
    {
      name: 'returns what was set, field by field',
      async run(store) {
        const written = record('secret-1')
        await store.set(written)
        expectSame(await store.get(access), written)
      },
    },
    {
      name: 'returns undefined for a key that was never set',
      async run(store) {
        expectSame(await store.get({ ...access, clientId: 'another' }), undefined)
      },
    },
    {
      name: 'distinguishes keys that differ in one field',
      async run(store) {
        const others: Partial<TokenKey>[] = [
          { kind: 'refresh' },
          { partition: 'user' },
          { environment: 'login.other.example' },
          { clientId: 'client2' },
          { realm: 'tenant2' },
          { target: 'https://b.example/.default' },
          { cae: true },
        ]
        await store.set(record('first'))
        for (const [index, other] of others.entries()) await store.set(record(`other-${index}`, other))
        expectSame((await store.get(access))?.secret, 'first')
        for (const [index, other] of others.entries()) {
          expectSame((await store.get({ ...access, ...other }))?.secret, `other-${index}`)
        }
      },
    },
    {
      name: 'distinguishes keys whose parts would read the same when joined',
      async run(store) {
        await store.set(record('left', { clientId: 'a:b', realm: 'c' }))
        await store.set(record('right', { clientId: 'a', realm: 'b:c' }))
        expectSame((await store.get({ ...access, clientId: 'a:b', realm: 'c' }))?.secret, 'left')
      },
    },
    {
      name: 'replaces the record of the same key',
      async run(store) {
        await store.set(record('old'))
        await store.set(record('new', {}, 7200_000))
        expectSame((await store.get(access))?.secret, 'new')
      },
    },
    {
      name: 'forgets what was deleted, and accepts a second delete',
      async run(store) {
        await store.set(record('gone'))
        await store.delete(access)
        await store.delete(access)
        expectSame(await store.get(access), undefined)
      },
    },
    {
      name: 'does not return an expired record',
      async run(store) {
        await store.set(record('expired', {}, -1000))
        expectSame(await store.get(access), undefined)
      },
    },
    {
      name: 'lists one partition and no other',
      async run(store) {
        await store.set(record('mine-1', { partition: 'me' }))
        await store.set(record('mine-2', { partition: 'me', target: 'https://b.example/.default' }))
        await store.set(record('theirs', { partition: 'them' }))
        expectSame((await store.list('me')).map(({ secret }) => secret).sort(), ['mine-1', 'mine-2'])
        expectSame(await store.list('nobody'), [])
      },
    },
    {
      name: 'is unaffected by later changes to objects that it received or returned',
      async run(store) {
        const written = record('kept')
        await store.set(written)
        written.secret = 'changed'
        const read = await store.get(access)
        if (read !== undefined) read.secret = 'changed'
        expectSame((await store.get(access))?.secret, 'kept')
      },
    },
    {
      name: 'accepts a long token, and any string in a key',
      async run(store) {
        const key = { ...access, partition: '__proto__', clientId: '\u00e9 "{}*\n', target: 'x'.repeat(2000) }
        const written = record('t'.repeat(20_000), key)
        await store.set(written)
        expectSame(await store.get(key), written)
        expectSame(await store.list('__proto__'), [written])
      },
    },
    {
      name: 'lets only one caller at a time hold a key, if it has leases',
      async run(store) {
        if (store.lease === undefined) return
        const held = await store.lease(access, minute)
        expectSame([held !== undefined, await store.lease(access, minute)], [true, undefined])
        expectSame((await store.lease({ ...access, cae: true }, minute)) !== undefined, true)
        await held?.release()
        expectSame((await store.lease(access, minute)) !== undefined, true)
      },
    },
    {
      name: "does not let a caller release another's lease, if it has leases",
      async run(store) {
        if (store.lease === undefined) return
        const first = await store.lease(access, minute)
        await first?.release()
        const second = await store.lease(access, minute)
        await first?.release()
        expectSame([second !== undefined, await store.lease(access, minute)], [true, undefined])
      },
    },
    {
      name: 'returns and replaces the record of a key that is held',
      async run(store) {
        await store.lease?.(access, minute)
        await store.set(record('kept'))
        expectSame((await store.get(access))?.secret, 'kept')
        expectSame((await store.list('app')).length, 1)
      },
    },
  ]
}

function expectSame(actual: unknown, expected: unknown): void {
  const [left, right] = [actual, expected].map((value) => JSON.stringify(sorted(value)) ?? 'nothing')
  if (left !== right) throw new Error(`expected ${right}, got ${left}`)
}

/** The same fields in another order are the same record. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]))
}
