import { memoryTokenStore, type TokenRecord, type TokenStore, tokenKeyText, tokenStoreContract } from 'entrada/store'
import { describe, expect, test } from 'vitest'

const now = (): number => Date.UTC(2030, 0, 1)
const rules = tokenStoreContract(now)

describe('the store in memory', () => {
  test.each(rules)('$name', ({ run }) => run(memoryTokenStore({ now })))

  test('holds no more than its capacity, the latest written', async () => {
    const store = memoryTokenStore({ now, capacity: 2 })
    const records = ['a', 'b', 'c'].map(recordOf)
    for (const record of records) await store.set(record)
    const held = await Promise.all(records.map(({ key }) => store.get(key)))
    expect(held.map((record) => record?.secret)).toEqual([undefined, 'b', 'c'])
    expect(await store.list('app')).toHaveLength(2)
  })

  test('drops an expired record when it is met, in a list too', async () => {
    const clock = { time: now() }
    const store = memoryTokenStore({ now: () => clock.time })
    await store.set(recordOf('a'))
    clock.time += 3_600_000
    expect(await store.list('app')).toEqual([])
    expect(await store.get(recordOf('a').key)).toBeUndefined()
  })
})

/** Stores with one fault each, and the rule that finds it. */
const faulty: [string, string, (store: TokenStore, records: Map<string, TokenRecord>) => Partial<TokenStore>][] = [
  [
    'forgets a field',
    'returns what was set, field by field',
    (store) => ({
      async get(key) {
        const record = await store.get(key)
        if (record === undefined) return undefined
        const { refreshAt, ...rest } = record
        return rest
      },
    }),
  ],
  [
    'always has something',
    'returns undefined for a key that was never set',
    (store) => ({ get: async (key) => (await store.get(key)) ?? recordOf('made up') }),
  ],
  [
    'looks at the client alone',
    'distinguishes keys that differ in one field',
    (_, records) => ({
      set: async (record) => void records.set(record.key.clientId, record),
      get: async (key) => records.get(key.clientId),
    }),
  ],
  [
    'joins the parts of a key by a colon',
    'distinguishes keys whose parts would read the same when joined',
    (_, records) => {
      const text = ({ kind, partition, environment, clientId, realm, target, cae }: TokenRecord['key']): string =>
        [kind, partition, environment, clientId, realm, target, cae].join(':')
      return {
        set: async (record) => void records.set(text(record.key), record),
        get: async (key) => records.get(text(key)),
      }
    },
  ],
  [
    'keeps the first record',
    'replaces the record of the same key',
    (store) => ({
      set: async (record) => {
        if ((await store.get(record.key)) === undefined) await store.set(record)
      },
    }),
  ],
  [
    'deletes nothing',
    'forgets what was deleted, and accepts a second delete',
    () => ({ delete: async () => undefined }),
  ],
  [
    'fails the second delete',
    'forgets what was deleted, and accepts a second delete',
    (store) => ({
      async delete(key) {
        if ((await store.get(key)) === undefined) throw new Error('there is no such record')
        await store.delete(key)
      },
    }),
  ],
  [
    'has no clock',
    'does not return an expired record',
    (_, records) => ({
      set: async (record) => void records.set(tokenKeyText(record.key), record),
      get: async (key) => records.get(tokenKeyText(key)),
    }),
  ],
  [
    'lists every partition',
    'lists one partition and no other',
    (store) => ({ list: async () => [...(await store.list('me')), ...(await store.list('them'))] }),
  ],
  [
    'keeps the caller’s own object',
    'is unaffected by later changes to objects that it received or returned',
    (_, records) => ({
      set: async (record) => void records.set(tokenKeyText(record.key), record),
      get: async (key) => structuredClone(records.get(tokenKeyText(key))),
    }),
  ],
  [
    'gives its own object away',
    'is unaffected by later changes to objects that it received or returned',
    (_, records) => ({
      set: async (record) => void records.set(tokenKeyText(record.key), structuredClone(record)),
      get: async (key) => records.get(tokenKeyText(key)),
    }),
  ],
  [
    'cuts long tokens',
    'accepts a long token, and any string in a key',
    (store) => ({ set: (record) => store.set({ ...record, secret: record.secret.slice(0, 16_384) }) }),
  ],
  [
    'lets everybody hold a key',
    'lets only one caller at a time hold a key, if it has leases',
    () => ({ lease: async () => ({ release: async () => undefined }) }),
  ],
  [
    'releases whatever is held',
    "does not let a caller release another's lease, if it has leases",
    () => {
      let isHeld = false
      const release = async (): Promise<void> => {
        isHeld = false
      }
      return {
        async lease() {
          if (isHeld) return undefined
          isHeld = true
          return { release }
        },
      }
    },
  ],
  [
    'keeps its leases among the records',
    'returns and replaces the record of a key that is held',
    (store) => ({
      async lease(key) {
        const lease = { ...recordOf('lease'), key: { ...key, kind: 'id' as const } }
        await store.set(lease)
        return { release: () => store.delete(lease.key) }
      },
    }),
  ],
]

test.each(faulty)('a store that %s is found by the rule "%s"', async (_, name, break_) => {
  const rule = rules.find((one) => one.name === name)
  const sound = memoryTokenStore({ now })
  await expect(rule?.run({ ...sound, ...break_(sound, new Map()) })).rejects.toThrow(/expected|no such record/)
})

test('every rule finds a fault', () => {
  expect(new Set(faulty.map(([, name]) => name))).toEqual(new Set(rules.map(({ name }) => name)))
})

function recordOf(name: string): TokenRecord {
  return {
    key: { kind: 'access', partition: 'app', environment: 'e', clientId: name, cae: false },
    secret: name,
    cachedAt: now(),
    expiresAt: now() + 3_600_000,
  }
}
