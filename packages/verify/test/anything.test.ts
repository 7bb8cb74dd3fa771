import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accessTokens, TokenRejected } from '../src/index.ts'
import { VerifiedCaller } from '../src/verified-token.ts'
import { apiId, type Members, makeKey, now, shapes, signed, tenantId } from './azure-tokens.ts'

// A middleware of `node:http` has nobody behind it: what is neither a caller nor a rejection ends the process.

const key = makeKey()
const verify = accessTokens({
  audience: apiId,
  tenants: [tenantId],
  keys: { keys: [key.jwk] },
  host: { now: () => now },
})
const names = Object.keys({ ...shapes.userV1, ...shapes.userV2, ...shapes.appV1 }).concat(
  ...[
    'idtyp',
    'groups',
    'hasgroups',
    '_claim_names',
    'acrs',
    'xms_cc',
    'cnf',
    'nonce',
    '__proto__',
    'toString',
    'toJSON',
  ],
)
/** JSON whose value is not what one expects of an object, a list or a number. */
const traps = [
  ...[
    '{"toString":1,"valueOf":1}',
    '{"__proto__":{"a":1}}',
    '{"length":1e9}',
    '[["cp1"]]',
    '{"groups":{"toString":1}}',
  ],
  ...['-0', '1e999', 'null', 'true', '""', '[]', '{}'],
]
const odd = fc.oneof(fc.json({ maxDepth: 3 }), fc.constantFrom(...traps))

async function outcomeOf(token: string): Promise<unknown> {
  return verify(token).catch((error: unknown) => error)
}

/** A token of this shape, of which some claims are other JSON. */
function changed(shape: Members, changes: Readonly<Record<string, string>>): string {
  const written = new Map(Object.entries(shape).map(([name, value]) => [name, JSON.stringify(value)]))
  for (const [name, json] of Object.entries(changes)) written.set(name, json)
  const members = [...written].map(([name, json]) => `${JSON.stringify(name)}:${json}`)
  return signed(key, { typ: 'JWT', alg: 'RS256', kid: key.kid }, `{${members.join(',')}}`)
}

const isAnswered = (outcome: unknown): boolean => outcome instanceof VerifiedCaller || outcome instanceof TokenRejected

test.each(names)('whatever is signed as %s, the outcome is a caller or a rejection', async (name) => {
  for (const shape of [shapes.userV2, shapes.appV1]) {
    for (const trap of traps) {
      const outcome = await outcomeOf(changed(shape, { [name]: trap }))
      expect([trap, isAnswered(outcome)]).toEqual([trap, true])
    }
  }
})

test('so it is for several claims at once', async () => {
  const changes = fc.dictionary(fc.constantFrom(...names), odd, { minKeys: 1, maxKeys: 4 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.values(shapes)), changes, async (shape, given) => {
      const outcome = await outcomeOf(changed(shape, given))
      expect(isAnswered(outcome), String(outcome)).toBe(true)
    }),
    { numRuns: 100 },
  )
})

test('whatever a header says, and whatever is sent, the outcome is a rejection', async () => {
  const header = fc.dictionary(fc.constantFrom('typ', 'alg', 'kid', 'nonce', 'jku', '__proto__'), odd)
  const text = header.map((members) => {
    const written = Object.entries(members).map(([name, value]) => `${JSON.stringify(name)}:${value}`)
    return signed(key, `{${written.join(',')}}`, shapes.userV2)
  })
  await fc.assert(
    fc.asyncProperty(fc.oneof(text, fc.string({ unit: 'binary', minLength: 1 })), async (token) => {
      expect(await outcomeOf(token)).toBeInstanceOf(TokenRejected)
    }),
    { numRuns: 100 },
  )
})
