import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { ForeignError, rebuilt } from '../../src/runtime/foreign-error.ts'
import { quickest } from '../quickest.ts'

const secret = 'Sup3rS3cretValue'
const redact = (text: string): string => text.replaceAll(secret, '***')

test('keeps name, code, syscall, host name and port, and nothing else', () => {
  const given = Object.assign(new Error('getaddrinfo ENOTFOUND login.example'), {
    ...{ name: 'SystemError', code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'login.example', port: 443 },
    ...{ errno: -3008, request: { body: secret }, config: { headers: { authorization: secret } } },
  })
  const copy = rebuilt(given)
  expect(copy).not.toBe(given)
  expect(copy).toBeInstanceOf(ForeignError)
  expect({ ...copy }).toEqual({ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'login.example', port: 443 })
  expect([copy.name, copy.message]).toEqual(['SystemError', given.message])
})

test('rebuilds causes and inner errors, however deep, even if they form a ring', () => {
  const inner = Object.assign(new Error(`inner ${secret}`), { code: 'ECONNREFUSED', body: secret })
  const ring: Error & { cause?: unknown } = new Error('ring')
  ring.cause = new AggregateError([inner, new Error('other', { cause: { body: secret } })], 'all', { cause: ring })
  const copy = rebuilt(ring, redact)
  expect(inspect(copy, { depth: 20, showHidden: true })).not.toContain(secret)
  expect((copy.cause as ForeignError).errors?.[0]).toMatchObject({ code: 'ECONNREFUSED', message: 'inner ***' })
})

test.each<[string, unknown, string]>([
  ['a string', `no ${secret}`, 'no ***'],
  ['nothing', undefined, ''],
  ['null', null, ''],
  ['a number', 5, ''],
  ['an object with a message', { message: `no ${secret}`, config: secret }, 'no ***'],
  ['a message over lines', new Error('one\r\ntwo\u001b[31m'), 'one two [31m'],
  ['a message that is no string', Object.assign(new Error(''), { message: { secret } }), ''],
])('%s becomes an error', (_, value, message) => {
  expect(rebuilt(value, redact).message).toBe(message)
})

test.each([
  ...['xREFRESH-TOKEN', '["REFRESH-TOKEN"] REFRESH', 'REFRESH-TOKEN'.repeat(99)].map((text) =>
    thrownBy(() => JSON.parse(text)),
  ),
  new SyntaxError('JSON Parse error: Unexpected identifier "REFRESH-TOKEN"'),
  new Error(`the record is damaged: ${thrownBy(() => JSON.parse('REFRESH-TOKEN')).message}`),
])('what was parsed is not repeated: %s', (error) => {
  const copy = rebuilt(error)
  expect(copy.message).toMatch(/Unexpected/)
  expect(inspect(copy)).not.toMatch(/REFRESH|OKEN/)
})

function thrownBy(act: () => unknown): Error {
  try {
    act()
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not throw')
}

test('the work is bounded, even for an error that has itself inside ten times', () => {
  let reads = 0
  const error = Object.defineProperty(new AggregateError([], 'all'), 'code', { get: () => void reads++ })
  error.errors = new Array(10).fill(error)
  error.cause = error
  expect(rebuilt(error)).toMatchObject({ message: 'all' })
  expect(reads).toBeLessThanOrEqual(50)
})

test('getters that throw harm nobody', () => {
  const hostile = Object.defineProperty(new Error('x'), 'cause', {
    get() {
      throw new Error(secret)
    },
  })
  expect(rebuilt(hostile).message).toBe('x')
  const proxy = new Proxy(new Error('y'), {
    get() {
      throw new Error(secret)
    },
  })
  expect(rebuilt(proxy).message).toBe('')
})

test.each([
  `client_secret=${secret}`,
  `POST grant_type=x&client_secret=${secret.slice(0, 9)}`,
  `{"password": "${secret}"}`,
  `Authorization: Bearer ${secret}`,
  `refresh_token: ${secret}`,
  `https://x.example/?sig=${secret}&code=${secret}`,
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmVk',
])('takes out what looks like a secret, known or not: %s', (text) => {
  expect(rebuilt(new Error(text)).message).not.toMatch(/Sup3r|eyJ/)
})

test('cuts a message of a megabyte, in a moment', async () => {
  const text = `${'a-secret"'.repeat(120_000)}`
  expect(await quickest(() => expect(rebuilt(new Error(text)).message).toHaveLength(400))).toBeLessThan(2_000)
})
