import fc from 'fast-check'
import { expect, test } from 'vitest'
import { freshness, refreshTime } from '../../src/cache/freshness.ts'

const issuedAt = Date.UTC(2030, 0, 1)
const second = 1000
const minute = 60 * second
const hour = 60 * minute
const refreshAfter = (life: number, refreshIn?: number): number =>
  refreshTime(
    {
      token: 't',
      tokenType: 'Bearer',
      expiresAt: issuedAt + life,
      ...(refreshIn === undefined ? {} : { refreshAt: issuedAt + refreshIn }),
    },
    issuedAt,
  ) - issuedAt

test.each<[string, number, number | undefined, number]>([
  ['an hour', hour, undefined, 55 * minute],
  ['two hours, just not long', 2 * hour, undefined, 115 * minute],
  ['a second more than two hours', 2 * hour + second, undefined, hour + second / 2],
  ['a day', 24 * hour, undefined, 12 * hour],
  ['ten minutes, where the margin is half of it', 10 * minute, undefined, 5 * minute],
  ['a minute', minute, undefined, 30 * second],
  ['a day, with a time of the issuer’s', 24 * hour, 20 * hour, 20 * hour],
  ['an hour, with a time of the issuer’s at once', hour, 0, 0],
  ['an hour, with a time of the issuer’s after its end', hour, 2 * hour, hour],
  ['nothing', 0, undefined, 0],
])('a token of %s is refreshed in time', (_, life, refreshIn, expected) => {
  expect(refreshAfter(life, refreshIn)).toBe(expected)
})

const times = { expiresAt: issuedAt + hour, refreshAt: issuedAt + 55 * minute }
test.each([
  [0, 'fresh'],
  [55 * minute - 1, 'fresh'],
  [55 * minute, 'ageing'],
  [hour - 30 * second - 1, 'ageing'],
  [hour - 30 * second, 'ending'],
  [hour - 1, 'ending'],
  [hour, 'expired'],
  [2 * hour, 'expired'],
  [-hour, 'fresh'],
])('after %i ms it is %s', (age, expected) => {
  expect(freshness(times, issuedAt + age)).toBe(expected)
})

test('a token in its last 30 s is fresh while its refresh time is to come', () => {
  expect(freshness({ expiresAt: issuedAt + 20 * second, refreshAt: issuedAt + 10 * second }, issuedAt)).toBe('fresh')
})

test('the refresh time is never after the end, whatever the clocks said', () => {
  const time = fc.integer({ min: -1e15, max: 1e15 })
  fc.assert(
    fc.property(time, time, fc.option(time, { nil: undefined }), (expiresAt, at, refreshAt) => {
      const issued = { token: 't', tokenType: 'Bearer' as const, expiresAt }
      const refresh = refreshTime(refreshAt === undefined ? issued : { ...issued, refreshAt }, at)
      expect(refresh).toBeLessThanOrEqual(expiresAt)
    }),
  )
})

test('nothing is given out after its end, and it only gets older', () => {
  const order = ['fresh', 'ageing', 'ending', 'expired']
  const time = fc.integer({ min: 0, max: 4 * hour })
  fc.assert(
    fc.property(time, time, time, time, (expiresAt, refreshAt, one, other) => {
      const [now, later] = [Math.min(one, other), Math.max(one, other)]
      const state = (at: number): number => order.indexOf(freshness({ expiresAt, refreshAt }, at))
      expect(state(later)).toBeGreaterThanOrEqual(state(now))
      expect(state(now) === 3).toBe(now >= expiresAt)
    }),
  )
})
