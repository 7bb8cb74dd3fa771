import fc from 'fast-check'
import { expect, test } from 'vitest'
import { claimsParameter } from '../../src/oauth/token-endpoint.ts'

const cp1 = { values: ['cp1'] }
const merged = (claims: string | undefined): unknown => JSON.parse(claimsParameter(claims, true, 'X') ?? 'null')

test('there is no parameter without a challenge and without Continuous Access Evaluation', () => {
  expect(claimsParameter(undefined, false, 'X')).toBeUndefined()
})

test('a challenge goes out as it came in, to the letter', () => {
  const claims = ' {"access_token": {"nbf": {"essential":true, "value":"1604106651"}}}'
  expect(claimsParameter(claims, false, 'X')).toBe(claims)
})

test.each<[string, string | undefined, unknown]>([
  ['nothing', undefined, { access_token: { xms_cc: cp1 } }],
  ['an empty object', '{}', { access_token: { xms_cc: cp1 } }],
  ['another section', '{"id_token":{"x":1}}', { id_token: { x: 1 }, access_token: { xms_cc: cp1 } }],
  [
    'claims of the token',
    '{"access_token":{"nbf":{"value":"1"}}}',
    { access_token: { nbf: { value: '1' }, xms_cc: cp1 } },
  ],
  ['an xms_cc of its own', '{"access_token":{"xms_cc":{"values":["x"]}}}', { access_token: { xms_cc: cp1 } }],
  ['a token section that is a list', '{"access_token":[1]}', { access_token: { xms_cc: cp1 } }],
  ['a token section that is null', '{"access_token":null}', { access_token: { xms_cc: cp1 } }],
])('the client capability is merged into %s', (_, claims, expected) => {
  expect(merged(claims)).toEqual(expected)
})

test('claims that are nested beyond the stack are no claims', () => {
  const claims = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
  expect(() => claimsParameter(claims, true, 'X')).toThrow(/^X: claims is not a JSON object\./)
})

test('__proto__ in a challenge is carried along and changes nothing', () => {
  const claims = '{"__proto__":{"polluted":1},"access_token":{"__proto__":{"polluted":1}}}'
  expect(claimsParameter(claims, true, 'X')).toBe(
    '{"__proto__":{"polluted":1},"access_token":{"__proto__":{"polluted":1},"xms_cc":{"values":["cp1"]}}}',
  )
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

test.each<[unknown]>([['nonsense'], ['[]'], ['null'], ['"text"'], ['5'], [''], ['{'], [5], [{}], [null]])(
  '%j is refused, and not repeated',
  (claims) => {
    expect(() => claimsParameter(claims as string, true, 'X')).toThrow(
      new TypeError('X: claims is not a JSON object. Pass the claims of the challenge, as JSON or base64.'),
    )
  },
)

test('merging keeps every claim that was there', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (outer, inner) => {
        const given = JSON.parse(JSON.stringify({ ...outer, access_token: inner })) as Record<string, unknown>
        const result = merged(JSON.stringify(given)) as typeof given
        expect(result).toEqual({ ...given, access_token: { ...(given.access_token as object), xms_cc: cp1 } })
      },
    ),
  )
})
