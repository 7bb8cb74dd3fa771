import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryAfter } from '../../src/http/retry-after.ts'

const now = Date.UTC(2030, 0, 1)
const read = (headers: Record<string, string>): number | undefined => retryAfter((name) => headers[name], now)

test.each<[string, Record<string, string>, number | undefined]>([
  ['seconds', { 'retry-after': '120' }, 120_000],
  ['seconds between blanks', { 'retry-after': ' 120 ' }, 120_000],
  ['no seconds', { 'retry-after': '0' }, 0],
  ['a part of a second', { 'retry-after': '1.5' }, 1500],
  ['a date', { 'retry-after': 'Tue, 01 Jan 2030 00:01:00 GMT' }, 60_000],
  ['a date of RFC 850', { 'retry-after': 'Tuesday, 01-Jan-30 00:01:00 GMT' }, 60_000],
  ['a date that is over', { 'retry-after': 'Tue, 01 Jan 2019 00:00:00 GMT' }, 0],
  [
    'a date by the server’s clock, if ours is fast',
    { 'retry-after': 'Tue, 01 Jan 2019 00:00:30 GMT', date: 'Tue, 01 Jan 2019 00:00:00 GMT' },
    30_000,
  ],
  [
    'a date by the server’s clock, if ours is slow',
    { 'retry-after': 'Wed, 01 Jan 2031 00:00:30 GMT', date: 'Wed, 01 Jan 2031 00:00:00 GMT' },
    30_000,
  ],
  [
    'a date by our clock, if the server’s cannot be read',
    { 'retry-after': 'Tue, 01 Jan 2030 00:01:00 GMT', date: 'x' },
    60_000,
  ],
  ['milliseconds', { 'retry-after-ms': '250' }, 250],
  ['Azure’s milliseconds', { 'x-ms-retry-after-ms': '250' }, 250],
  ['milliseconds before seconds', { 'retry-after-ms': '250', 'retry-after': '9' }, 250],
  ['milliseconds that can’t be read, and seconds', { 'retry-after-ms': 'soon', 'retry-after': '9' }, 9000],
  ['more than a number holds', { 'retry-after': '9'.repeat(400) }, Number.POSITIVE_INFINITY],
  ['twenty digits', { 'retry-after': '1'.padEnd(21, '0') }, 1e23],
  ['nothing', {}, undefined],
  ['an empty text', { 'retry-after': '' }, undefined],
  ['a negative number', { 'retry-after': '-5' }, undefined],
  ['an exponent', { 'retry-after': '1e3' }, undefined],
  ['a hexadecimal number', { 'retry-after': '0x10' }, undefined],
  ['two numbers', { 'retry-after': '5, 10' }, undefined],
  ['a word', { 'retry-after': 'soon' }, undefined],
  ['words that a lenient parser takes for a date', { 'retry-after': 'please 5' }, undefined],
  ['a bare year', { 'retry-after': '2031-01-01' }, undefined],
  ['a day without a date', { 'retry-after': 'Tue, ' }, undefined],
])('reads %s', (_, headers, expected) => {
  expect(read(headers)).toBe(expected)
})

test('is never negative and never NaN, whatever the header', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('retry-after', 'retry-after-ms', 'x-ms-retry-after-ms'), (value, name) => {
      const milliseconds = read({ [name]: value })
      expect(milliseconds === undefined || milliseconds >= 0).toBe(true)
    }),
  )
})
