import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requestRedaction } from '../../src/http/request-secrets.ts'
import { redactionOf } from '../../src/oauth/redaction.ts'
import { hideInText } from '../../src/runtime/hide-in-text.ts'
import { finderOf } from '../../src/runtime/known-secrets.ts'
import { withoutSecrets } from '../../src/runtime/secrets-in-text.ts'

const hex = (code: number, length: number): string => code.toString(16).padStart(length, '0')
const everyUnit = (text: string, write: (code: number) => string): string =>
  [...Array(text.length).keys()].map((at) => write(text.charCodeAt(at))).join('')
const bytes = (text: string): string => Buffer.from(text).toString('latin1')

/** The ways to write a text within another, each of which may be written in another again. */
const encodings: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'percent-encoded': (text) => everyUnit(bytes(text), (code) => `%${hex(code, 2)}`),
  'percent-encoded where it must be': (text) => encodeURIComponent(Buffer.from(text).toString()),
  'as a form': (text) => new URLSearchParams({ a: text }).toString().slice(2),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'JSON with every character escaped': (text) => everyUnit(text, (code) => `\\u${hex(code, 4)}`),
  'JSON as PHP writes it': (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  HTML: (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
  'HTML with names': (text) =>
    text.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? '&quot;'),
  'HTML with every character escaped': (text) => everyUnit(text, (code) => `&#x${code.toString(16).toUpperCase()};`),
}

/** What takes a secret out of a text, everywhere in the library. */
const redactors: [string, (text: string, secret: string) => string][] = [
  ['of a form', (text, secret) => redactionOf(new URLSearchParams({ client_secret: secret })).text(text)],
  ['of a request', (text, secret) => requestRedaction({ headers: { 'X-IDENTITY-HEADER': secret } })(text)],
  ['of a host', (text, secret) => withoutSecrets(text, [secret])],
]

describe.each(redactors)('the secret %s', (_, redact) => {
  const secret = 'A&b"c/d\\e~f+g%41h<i>ü j'

  test.each(Object.entries(encodings))('%s is hidden', (__, encode) => {
    expect(redact(`no ${encode(secret)} here`, secret)).toBe('no *** here')
  })

  test.each(['base64', 'base64url'] as const)('in %s is hidden, alone and behind a name', (encoding) => {
    for (const before of ['', 'a', 'me:', 'user']) {
      for (const after of ['', 'z', 'zz', 'zzz']) {
        const text = Buffer.from(before + secret + after).toString(encoding)
        expect(redact(`no ${text} here`, secret)).toMatch(/^no .{0,8}\*\*\*.{0,8} here$/)
      }
    }
  })

  test('is hidden however often and however it is encoded', () => {
    const unit = fc.constantFrom(...'abc"\'\\/%&+ <>~=;#0é')
    const value = fc.string({ unit, minLength: 10, maxLength: 30 }).filter((text) => text.trim() === text)
    const ways = fc.array(fc.constantFrom(...Object.values(encodings)), { minLength: 1, maxLength: 2 })
    fc.assert(
      fc.property(value, ways, (text, encode) => {
        const shown = encode.reduce((inner, one) => one(inner), text)
        expect(redact(`[${shown}]`, text)).toBe('[***]')
      }),
      { numRuns: 500 },
    )
  })
})

test('escapes of other things, and halves of escapes, stay as they are', () => {
  const find = finderOf(['secret'])
  for (const text of [
    '100%, &amp; \\n \\u00',
    '%',
    '\\',
    '&',
    '%u0041 &#x110000; &#99999999;',
    'C:\\temp\\new',
    '&nothing;',
  ]) {
    expect(hideInText(text, find)).toBe(text)
  }
})

test('a secret is found whole at the cut, and nothing behind the cut is shown', () => {
  const find = finderOf(['secret-value'])
  const escaped = encodings['JSON with every character escaped'] as (text: string) => string
  for (const written of ['secret-value', escaped('secret-value')]) {
    const text = `${'x'.repeat(16 * 1024 - 4)}${written}${'y'.repeat(100)}`
    expect(hideInText(text, find, 'secret-value'.length)).toBe(`${'x'.repeat(16 * 1024 - 4)}***`)
  }
  expect(hideInText('x'.repeat(100_000), find)).toHaveLength(16 * 1024)
})

test.each([
  ['a named secret, percent-encoded', 'client_secret%3Dsh0rt-S~1%26x=1'],
  [
    'a named secret, with every character escaped',
    everyUnit('client_secret=sh0rt-S~1 x', (code) => `%${hex(code, 2)}`),
  ],
  ['JSON as HTML', '{&quot;refresh_token&quot;:&quot;sh0rt-S~1&quot;}'],
  ['JSON with escapes', '{"access_token":"\\u0073h0rt-S~1"}'],
  ['a header as HTML', 'Authorization: Bearer&#32;sh0rt-S~1'],
  ['a JWT, percent-encoded', everyUnit('eyJhbGciOiJub25lIn0.sh0rt-S~1', (code) => `%${hex(code, 2)}`)],
])('%s, which nobody knows, is hidden too', (_, text) => {
  const clean = withoutSecrets(text)
  expect(clean).toContain('***')
  for (const read of [clean, decodeURIComponent(clean.replaceAll('%', '%25'))])
    expect(read).not.toMatch(/sh0rt|h0rt|%68%30|~1/)
})
