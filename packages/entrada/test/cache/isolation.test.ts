import { memoryTokenStore } from 'entrada/store'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createStoredWorld } from './stored-world.ts'

/** Texts that would read the same when joined carelessly. */
const hostile = fc
  .array(fc.constantFrom('a', 'b', 'c', '.', '-', ':', '|', ',', '/', '~', '__proto__', '["', '"]', 'null', '%20'), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(''))
const scopes = fc.array(
  hostile.map((text) => text.replace(/["\\]/g, "'")),
  { minLength: 1, maxLength: 3 },
)
const tenants = fc
  .array(fc.constantFrom('a', 'b', '-', '.', '0'), { minLength: 1, maxLength: 3 })
  .map((parts) => `t${parts.join('')}`)
const request = fc.record({ scopes, tenantId: tenants, enableCae: fc.boolean() })

test('requests that differ in tenant, scopes or revocability never share a token, and equal ones do', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(request, { minLength: 1, maxLength: 30, size: 'max' }),
      fc.boolean(),
      async (requests, isStored) => {
        const world = createStoredWorld(isStored ? memoryTokenStore() : undefined)
        const credential = world.credential({ additionallyAllowedTenants: ['*'] })
        const tokens = new Map<string, string>()
        for (const { scopes: asked, ...options } of requests) {
          const { token } = await credential.getToken(asked, options)
          const identity = JSON.stringify([options.tenantId, setOf(asked), options.enableCae])
          expect(token).toBe(tokens.get(identity) ?? `token-${tokens.size + 1}`)
          tokens.set(identity, token)
        }
        expect(world.sent).toHaveLength(tokens.size)
        await credential.close()
      },
    ),
    { numRuns: 150 },
  )
})

test('credentials that share a store share no token unless authority, client, tenant, scopes and revocability agree', async () => {
  const identity = fc.record({
    clientId: hostile,
    tenantId: tenants,
    authority: fc.constantFrom('https://a.example', 'https://b.example', 'https://a.example:8443'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(identity, request), { minLength: 2, maxLength: 20 }), async (calls) => {
      const store = memoryTokenStore({ now: () => Date.UTC(2030, 0, 1) })
      const world = createStoredWorld(store)
      const tokens = new Map<string, string>()
      for (const [{ clientId, tenantId, authority }, { scopes: asked, enableCae }] of calls) {
        const options = { authorityHost: authority, additionallyAllowedTenants: [tenantId] }
        await using credential = world.credential(options, { clientId })
        const { token } = await credential.getToken(asked, { tenantId, enableCae })
        const key = JSON.stringify([authority, clientId, tenantId, setOf(asked), enableCae])
        expect(token).toBe(tokens.get(key) ?? token)
        expect([...tokens].filter(([other, one]) => one === token && other !== key)).toEqual([])
        tokens.set(key, token)
      }
      expect(world.sent).toHaveLength(tokens.size)
    }),
    { numRuns: 60 },
  )
})

test('the same scopes in another order, or twice, are one request', async () => {
  const world = createStoredWorld()
  await using credential = world.credential()
  const { token } = await credential.getToken(['b', 'a'])
  expect((await credential.getToken(['a', 'b', 'a'])).token).toBe(token)
  expect(world.sent.map(({ form }) => form.scope)).toEqual(['b a'])
})

test('credentials share nothing without a store', async () => {
  const world = createStoredWorld()
  await using one = world.credential()
  await using other = world.credential()
  expect((await one.getToken('a')).token).not.toBe((await other.getToken('a')).token)
})

test('concurrent requests with different claims each go to the network', async () => {
  const world = createStoredWorld()
  await using credential = world.credential()
  const tokens = await Promise.all(
    [{ claims: '{"a":1}' }, { claims: '{"a":2}' }, { claims: '{"a":1}' }, {}].map((call) =>
      credential.getToken('a', call),
    ),
  )
  expect(new Set(tokens.map(({ token }) => token)).size).toBe(3)
  expect(world.sent.map(({ form }) => form.claims)).toEqual(['{"a":1}', '{"a":2}', undefined])
})

test('a cached token cannot be changed by its callers', async () => {
  const world = createStoredWorld()
  await using credential = world.credential()
  const first = await credential.getToken('a')
  expect(() => {
    ;(first as { token: string }).token = 'changed'
  }).toThrow(TypeError)
  expect((await credential.getToken('a')).token).toBe('token-1')
})

/** The scopes as a set, in an order of its own. */
function setOf(asked: readonly string[]): string[] {
  return [...new Set(asked)].sort((left, right) => (left < right ? -1 : 1))
}
