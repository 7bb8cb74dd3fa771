import { type JwtFields, timeField } from '../primitives/jwt.ts'
import { Refusal } from '../refusal/refusal.ts'

/** How far off a client's clock may be. */
const clockSkewMs = 5 * 60_000

/**
 * Returns if `now` (milliseconds) is between `nbf` and `exp`, give or take five minutes. Otherwise throws AADSTS700024,
 * also for a missing `exp` and for a lifetime above `longestMs`.
 */
export function checkAssertionTime(claims: JwtFields, now: number, longestMs: number = Number.POSITIVE_INFINITY): void {
  const from = timeField(claims, 'nbf') ?? timeField(claims, 'iat') ?? now
  const until = timeField(claims, 'exp')
  if (until !== undefined && from <= now + clockSkewMs && now < until + clockSkewMs && until - from <= longestMs) return
  throw new Refusal(700024, { details: { now: isoTime(now), from: isoTime(from), until: isoTime(until ?? 0) } })
}

/** When the assertion can no longer be used, in milliseconds. */
export function endOfUse(claims: JwtFields): number {
  return (timeField(claims, 'exp') ?? 0) + clockSkewMs
}

/** A time as refusals state it; a time beyond the range of dates is written as a number. */
export function isoTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms)
}
