import fc from 'fast-check'
import { expect, test } from 'vitest'
import { itemOf } from '../../src/cache/call-map.ts'
import { parseScopes } from '../../src/source/check-call.ts'

test('takes one scope or a list, and leaves the order to the caller', () => {
  expect(parseScopes('a', 'X')).toEqual(['a'])
  expect(parseScopes(['b', 'a'], 'X')).toEqual(['b', 'a'])
})

test.each<[string, unknown, string[]]>([
  ['blanks around one', ' https://a/.default ', ['https://a/.default']],
  ['blanks around one in a list', ['a', ' b '], ['a', 'b']],
  ['several of one resource', 'https://a/x  https://a/y', ['https://a/x', 'https://a/y']],
  ['several of Microsoft Graph', 'User.Read Mail.Read', ['User.Read', 'Mail.Read']],
  ['OpenID scopes beside any', 'openid https://a/x offline_access', ['openid', 'https://a/x', 'offline_access']],
])('takes what is unambiguous: %s', (_, scopes, expected) => {
  expect(parseScopes(scopes, 'X')).toEqual(expected)
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
  ['blanks alone', '  ', /is empty/],
  ['a tab', 'a\tb', /contains characters/],
  ['two resources in one string', 'https://a/.default https://b/.default', /names several resources/],
  ['a bare permission beside a resource', 'User.Read https://b/.default', /names several resources/],
  ['a line break', 'a\r\nb', /contains characters/],
  ['NUL', 'a\0', /contains characters/],
  ['a backslash', 'a\\b', /contains characters/],
  ['a quote', 'a"b', /contains characters/],
  ['a letter outside ASCII', 'scöpe', /contains characters/],
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
        left = [...parseScopes(left, 'X')]
        right = [...parseScopes(right, 'X')]
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
