import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseObject, readTokenResponse } from '../../src/oauth/token-response.ts'

const requestedAt = Date.UTC(2030, 0, 1)
const at = requestedAt / 1000
const good = { access_token: 'header.payload.signature', token_type: 'Bearer', expires_in: 3600 }
const read = (body: unknown): ReturnType<typeof readTokenResponse> =>
  readTokenResponse(parseObject(typeof body === 'string' ? body : JSON.stringify(body)), requestedAt)

const expired = 'the token arrived expired; check the clock of this machine'
const tooLong = 'the response says that the token lives for more than ten years'

/** The Date header of a server whose clock is so many seconds later than ours. */
const later = (seconds: number): string => new Date(requestedAt + seconds * 1000).toUTCString()

test.each<[string, object, number]>([
  ['expires_in as a number', { expires_in: 3600 }, 3600],
  ['expires_in as a text', { expires_in: '3600' }, 3600],
  ['a broken expires_in', { expires_in: 3599.5 }, 3599.5],
  ['expires_on as a number', { expires_in: undefined, expires_on: at + 60 }, 60],
  ['expires_on as a text', { expires_in: undefined, expires_on: String(at + 60) }, 60],
  ['expires_in of one second, the shortest life', { expires_in: 1 }, 1],
  ['a fractional expires_in, to the millisecond', { expires_in: 1.0019 }, 1.001],
  ['expires_in where expires_on is a fraction of a second', { expires_in: 3600, expires_on: 5e-324 }, 3600],
  ['expires_on where it is the shorter', { expires_in: 3600, expires_on: at + 60 }, 60],
  ['expires_in where it is the shorter', { expires_in: 60, expires_on: at + 3600 }, 60],
  ['expires_in where expires_on is in milliseconds', { expires_in: 3600, expires_on: requestedAt + 60_000 }, 3600],
  ['expires_in where expires_on is beyond all bounds', { expires_in: 3600, expires_on: 1e20 }, 3600],
  ['expires_in where expires_on is no time', { expires_in: 3600, expires_on: '1/1/2030 1:00:00 AM +00:00' }, 3600],
  ['expires_in where expires_on is negative', { expires_in: 3600, expires_on: -5 }, 3600],
])('reads the end from %s', (_, fields, life) => {
  expect(read({ ...good, ...fields })).toEqual({
    token: good.access_token,
    expiresAt: requestedAt + life * 1000,
    tokenType: 'Bearer',
  })
})

test.each<[string, object, number | undefined]>([
  ['a number', { refresh_in: 1800 }, 1800],
  ['a text', { refresh_in: '1800' }, 1800],
  ['more than the life', { refresh_in: 9999 }, 3600],
  ['zero', { refresh_in: 0 }, undefined],
  ['negative', { refresh_in: -1 }, undefined],
  ['a word', { refresh_in: 'soon' }, undefined],
  ['a fraction of a second', { refresh_in: 5e-324 }, undefined],
  ['a text of a fraction of a second', { refresh_in: '0.5' }, undefined],
  ['more precise than a millisecond', { refresh_in: 1800.0019 }, 1800.001],
])('reads refresh_in that is %s', (_, fields, seconds) => {
  const refreshAt = seconds === undefined ? undefined : requestedAt + seconds * 1000
  expect((read({ ...good, ...fields }) as { refreshAt?: number }).refreshAt).toBe(refreshAt)
})

test.each<[string, unknown, string]>([
  ['nothing', '', 'the response is not a JSON object'],
  ['HTML', '<html>Sign in to the hotel’s network</html>', 'the response is not a JSON object'],
  ['JSON that is cut off', '{"access_token":"abc', 'the response is not a JSON object'],
  ['a list', '[]', 'the response is not a JSON object'],
  ['null', 'null', 'the response is not a JSON object'],
  ['a text', '"token"', 'the response is not a JSON object'],
  ['no token', { expires_in: 3600 }, 'the response has no access_token'],
  [
    'a metadata document of another cloud',
    { Code: 'Success', AccessKeyId: 'x', Token: 'y' },
    'the response has no access_token',
  ],
  ['a token that is a number', { ...good, access_token: 5 }, 'access_token is not a token'],
  ['a token that is null', { ...good, access_token: null }, 'access_token is not a token'],
  ['a token that is an object', { ...good, access_token: {} }, 'access_token is not a token'],
  ['an empty token', { ...good, access_token: '' }, 'access_token is not a token'],
  ['a token with a line break', { ...good, access_token: 'a\r\nX-Evil: 1' }, 'access_token is not a token'],
  ['a token with a line break at its end', { ...good, access_token: 'abc\n' }, 'access_token is not a token'],
  ['a token with a blank', { ...good, access_token: 'a b' }, 'access_token is not a token'],
  ['a token with NUL', { ...good, access_token: 'a\0' }, 'access_token is not a token'],
  ['a token outside ASCII', { ...good, access_token: 'tökén' }, 'access_token is not a token'],
  ['another type', { ...good, token_type: 'pop' }, 'token_type is not Bearer'],
  ['a type that is null', { ...good, token_type: null }, 'token_type is not Bearer'],
  ['a type that is a list', { ...good, token_type: ['Bearer'] }, 'token_type is not Bearer'],
  [
    'a type that is no text and can’t be made one',
    { ...good, token_type: { toString: 1 } },
    'token_type is not Bearer',
  ],
  ...[undefined, '', ' 3600', '3600s', '0x10', '1e3', 'NaN', null, true, [], {}, '5e-324'].map(
    (value): [string, unknown, string] => [
      `expires_in ${JSON.stringify(value)}`,
      { ...good, expires_in: value },
      'the response has no readable expires_on or expires_in',
    ],
  ),
  ...[0, '0', -1, '-1', 5e-324, 0.999, '0.5', '-0.5'].map((value): [string, unknown, string] => [
    `expires_in ${JSON.stringify(value)}`,
    { ...good, expires_in: value },
    expired,
  ]),
  ...[1e20, 1e308, 10 * 366 * 24 * 3600, '99999999999'].map((value): [string, unknown, string] => [
    `expires_in ${JSON.stringify(value)}`,
    { ...good, expires_in: value },
    tooLong,
  ]),
  [
    'an end that is over, where nothing else tells of the life',
    { ...good, expires_in: undefined, expires_on: at - 1 },
    expired,
  ],
  ['an end that is over, with a life of 0', { ...good, expires_in: 0, expires_on: at - 1 }, expired],
  ['a life of 0 beside an end that is to come', { ...good, expires_in: 0, expires_on: at + 3600 }, expired],
  ['an end in milliseconds', { ...good, expires_in: undefined, expires_on: requestedAt + 60_000 }, tooLong],
])('%s is not a token', (_, body, reason) => {
  expect(read(body)).toEqual({ reason })
})

test('the type’s case does not matter, nor whether there is one', () => {
  for (const token_type of ['bearer', 'BEARER', undefined])
    expect(read({ ...good, token_type })).toHaveProperty('token')
})

test('__proto__ gives no token', () => {
  expect(read(`{"__proto__":${JSON.stringify(good)}}`)).toEqual({ reason: 'the response has no access_token' })
})

test('never throws; what it gives is a token that fits a header, with an end that is to come', () => {
  const anything = fc.oneof(
    fc.json(),
    fc.string(),
    fc.constant(undefined),
    fc.constant({ toString: 1 }),
    fc.double(),
    fc.integer(),
  )
  const fields = fc.record({
    access_token: fc.oneof(fc.string(), fc.constant('abc'), anything),
    token_type: fc.oneof(fc.constantFrom('Bearer', 'bearer', undefined), anything),
    expires_in: fc.oneof(fc.integer(), fc.double(), fc.nat().map(String), anything),
    expires_on: fc.oneof(fc.constant(undefined), fc.integer({ min: at - 10, max: at + 10 }), anything),
    refresh_in: fc.oneof(fc.constant(undefined), fc.integer(), anything),
  })
  let tokens = 0
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fields.map((body) => JSON.stringify(body)),
      ),
      (text) => {
        const result = readTokenResponse(parseObject(text), requestedAt)
        if ('reason' in result) return
        tokens++
        expect(new Headers({ Authorization: `Bearer ${result.token}` }).get('Authorization')).toBe(
          `Bearer ${result.token}`,
        )
        expect(Number.isSafeInteger(result.expiresAt)).toBe(true)
        expect(result.expiresAt).toBeGreaterThanOrEqual(requestedAt + 1000)
        expect(Number.isSafeInteger(result.refreshAt ?? 0)).toBe(true)
        expect(result.refreshAt ?? requestedAt + 1).toBeGreaterThan(requestedAt)
        expect(result.refreshAt ?? 0).toBeLessThanOrEqual(result.expiresAt)
      },
    ),
    { numRuns: 3000 },
  )
  expect(tokens).toBeGreaterThan(0)
})

test.each<[string, object, string | undefined, number | string]>([
  ['Date tells the life that is left', { expires_in: 3600, expires_on: at - 600 }, later(-4200), 3600],
  ['the shorter of the two counts', { expires_in: 3600, expires_on: at - 600 }, later(-1200), 600],
  ['expires_in bounds it there too', { expires_in: 60, expires_on: at - 600 }, later(-4200), 60],
  ['expires_on alone is enough', { expires_in: undefined, expires_on: at - 600 }, later(-4200), 3600],
  ['without Date it is five minutes', { expires_in: 3600, expires_on: at - 600 }, undefined, 300],
  ['without Date a shorter life stays', { expires_in: 200, expires_on: at }, undefined, 200],
  ['a Date that cannot be read is none', { expires_in: 3600, expires_on: at - 600 }, 'yesterday 5', 300],
  ['a token that is over by Date too is refused', { expires_in: 3600, expires_on: at - 600 }, later(-600), expired],
  ['a life of ten years is one too many', { expires_in: undefined, expires_on: at - 1 }, later(-4e8), tooLong],
])('where our clock is past the end, %s', (_, fields, date, life) => {
  const warnings: string[] = []
  const onClockAhead = (message: string): void => void warnings.push(message)
  const result = readTokenResponse({ ...good, ...fields }, requestedAt, { date, onClockAhead })
  if (typeof life === 'string') {
    expect(result).toEqual({ reason: life })
    expect(warnings).toEqual([])
    return
  }
  expect(result).toMatchObject({ token: good.access_token, expiresAt: requestedAt + life * 1000 })
  expect(warnings).toEqual([expect.stringContaining("this machine's clock is ahead")])
})

test('where our clock is right or behind, nobody is warned, and Date changes nothing', () => {
  for (const [expires_on, seconds] of [
    [at + 60, 60],
    [at + 7200, 3600],
  ]) {
    const onClockAhead = (): never => expect.fail('it was warned of')
    const result = readTokenResponse({ ...good, expires_on }, requestedAt, { date: later(-99_999), onClockAhead })
    expect(result).toMatchObject({ expiresAt: requestedAt + (seconds as number) * 1000 })
  }
})
