import { ClientSecretCredential } from 'entrada'
import { memoryTokenStore, type TokenRecord, type TokenStore } from 'entrada/store'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clientId, scope, tenantId } from '../world.ts'

const minute = 60_000
const hour = 60 * minute

/** A store that keeps the record that expires later, and judges nothing by a clock. */
function plainStore(): TokenStore {
  const records = new Map<string, TokenRecord>()
  return {
    get: async (key) => records.get(JSON.stringify(key)),
    async set(record) {
      const text = JSON.stringify(record.key)
      if ((records.get(text)?.expiresAt ?? 0) < record.expiresAt) records.set(text, record)
    },
    delete: async (key) => void records.delete(JSON.stringify(key)),
    list: async () => [...records.values()],
  }
}

/** A machine whose wall clock is set now and then, and an authority whose tokens live for so many milliseconds. */
function machine(lives: number[], store?: TokenStore) {
  const clock = { wall: Date.UTC(2030, 0, 1), moment: 0 }
  const now = (): number => clock.wall
  const ends = new Map<string, number>()
  const tokenStore = store ?? memoryTokenStore({ now })
  const monotonic = (): number => clock.moment
  function issue(): Response {
    const life = lives[ends.size % lives.length] as number
    const token = `token-${ends.size + 1}`
    ends.set(token, clock.moment + life)
    return Response.json({ access_token: token, expires_in: life / 1000, token_type: 'Bearer' })
  }
  return {
    pass(milliseconds: number) {
      clock.wall += milliseconds
      clock.moment += milliseconds
    },
    set(milliseconds: number) {
      clock.wall += milliseconds
    },
    moment: monotonic,
    credential: (host: { monotonic?: () => number } = {}) =>
      new ClientSecretCredential(tenantId, clientId, 'secret', {
        tokenStore,
        fetch: issue,
        host: { env: {}, now, monotonic, ...host },
      }),
    /** How long a token is valid by the true clock, in milliseconds. */
    left: (token: string): number => (ends.get(token) as number) - clock.moment,
  }
}

test('the record of its own token does not outlive it where the wall clock is set back to when it came', async () => {
  const { credential: create, pass, set } = machine([hour])
  await using credential = create()
  expect((await credential.getToken(scope)).token).toBe('token-1')
  pass(hour + 1000)
  set(-hour - 1000)
  expect((await credential.getToken(scope)).token).toBe('token-2')
})

test('nor does an older record that the store has kept because it claims to expire later', async () => {
  const { credential: create, pass, set } = machine([hour], plainStore())
  await using credential = create()
  await credential.getToken(scope)
  pass(2 * hour)
  set(-4 * hour)
  expect((await credential.getToken(scope)).token).toBe('token-2')
  pass(2 * hour)
  // By the wall clock, it is the time at which the first one came.
  expect((await credential.getToken(scope)).token).toBe('token-3')
})

test('nor does the record that is in use begin a second life when it is read again', async () => {
  const { credential: create, pass, set } = machine([hour])
  await using credential = create()
  await credential.getToken(scope)
  pass(hour - 4 * minute)
  set(-30 * minute)
  // It is due for a refresh, which looks into the store first; by the wall clock, its record is not due.
  expect((await credential.getToken(scope)).token).toBe('token-1')
  await new Promise((resolve) => setImmediate(resolve))
  pass(5 * minute)
  expect((await credential.getToken(scope)).token).toBe('token-2')
})

test('nor one that another credential of the process has stored', async () => {
  const { credential: create, pass, set } = machine([hour])
  await using first = create()
  await using second = create()
  await first.getToken(scope)
  pass(hour + minute)
  set(-30 * minute)
  expect((await second.getToken(scope)).token).toBe('token-2')
})

test('a record of now is used, however often the clock drifted since it was once years ahead', async () => {
  const { credential: create, pass, set } = machine([hour])
  await using first = create()
  set(10 * 365 * 24 * hour)
  await first.getToken(scope)
  set(-10 * 365 * 24 * hour)
  for (let time = 0; time < 40; time++) {
    pass(2 * hour)
    set(1100)
    await first.getToken(scope)
  }
  await using second = create()
  expect((await second.getToken(scope)).token).toBe((await first.getToken(scope)).token)
})

test('a host that shares the wall clock and has another monotonic one disturbs nobody', async () => {
  const here = machine([hour])
  await using first = here.credential()
  await using other = here.credential({ monotonic: () => here.moment() - 1e9 })
  for (let time = 0; time < 20; time++) {
    here.pass(2 * hour)
    await first.getToken(scope)
    await other.getToken(scope)
  }
  // Written by the one, it is looked for by another of its kind.
  const { token } = await first.getToken(scope)
  await using second = here.credential()
  expect((await second.getToken(scope)).token).toBe(token)
})

test('whatever the clock is set to, and whoever asks: no token is handed out after its end', async () => {
  const step = fc.oneof(
    fc.record({ pass: fc.integer({ min: 0, max: 2 * hour }) }),
    fc.record({ pass: fc.integer({ min: 0, max: 5 * minute }) }),
    fc.record({ set: fc.integer({ min: -4 * hour, max: 4 * hour }) }),
    fc.record({ ask: fc.integer({ min: 0, max: 2 }) }),
    fc.record({ ask: fc.constant(0) }),
    fc.record({ anew: fc.integer({ min: 0, max: 2 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 50 }), fc.boolean(), async (steps, isPlain) => {
      const here = machine([10 * minute, hour, 24 * hour], isPlain ? plainStore() : undefined)
      const credentials = [here.credential(), here.credential(), here.credential()] as const
      const all = [...credentials]
      for (const one of steps) {
        if ('pass' in one) here.pass(one.pass)
        else if ('set' in one) here.set(one.set)
        else if ('anew' in one) {
          await all[one.anew]?.close()
          all[one.anew] = here.credential()
        } else {
          const { token } = (await all[one.ask]?.getToken(scope)) ?? { token: '' }
          expect(here.left(token)).toBeGreaterThan(0)
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      await Promise.all(all.map((credential) => credential.close()))
    }),
    { numRuns: 150 },
  )
})
