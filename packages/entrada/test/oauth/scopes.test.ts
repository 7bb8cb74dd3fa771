import fc from 'fast-check'
import { expect, test } from 'vitest'
import { itemOf } from '../../src/cache/token-request.ts'
import { parseScopes } from '../../src/oauth/scopes.ts'

test('takes one scope or a list, and leaves the order to the caller', () => {
  expect(parseScopes('a', 'X')).toEqual(['a'])
  expect(parseScopes(['b', 'a'], 'X')).toEqual(['b', 'a'])
})

test.each<[string, unknown, RegExp]>([
  ['undefined', undefined, /needs a scope/],
  ['null', null, /needs a scope/],
  ['an empty list', [], /needs a scope/],
  ['an empty text', '', /is empty/],
  ['a number', 5, /is number, not a string/],
  ['an object', {}, /is object, not a string/],
  ['null in a list', [null], /is null, not a string/],
  ['a list in a list', [['a']], /is object, not a string/],
  ['a blank', 'a b', /has characters/],
  ['a line break', 'a\r\nb', /has characters/],
  ['NUL', 'a\0', /has characters/],
  ['a backslash', 'a\\b', /has characters/],
  ['a quote', 'a"b', /has characters/],
  ['a letter outside ASCII', 'scöpe', /has characters/],
  ['4,097 characters', 'x'.repeat(4097), /longer than 4096/],
])('refuses %s', (_, scopes, reason) => {
  expect(() => parseScopes(scopes, 'X')).toThrow(TypeError)
  expect(() => parseScopes(scopes, 'X')).toThrow(reason)
  expect(() => parseScopes(scopes, 'X')).toThrow(/^X: .*Pass a scope such as/)
})

test('lists that join to the same text are the same set of scopes', () => {
  const scope = fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom('a', 'b', '.', ' ', '/') })
  const list = fc.array(scope, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(list, list, (left, right) => {
      try {
        parseScopes(left, 'X')
        parseScopes(right, 'X')
      } catch {
        return
      }
      const sameSet =
        new Set([...left, ...right]).size === new Set(left).size && new Set(left).size === new Set(right).size
      expect(itemOf(left) === itemOf(right)).toBe(sameSet)
    }),
    { numRuns: 3000 },
  )
})
