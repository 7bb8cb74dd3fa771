import { Refusal } from '../refusal.ts'
import { type JwtFields, timeField } from './jwt.ts'

/** How far a client's clock may be off. */
const SKEW_MS = 5 * 60_000

/**
 * Returns if `now` (milliseconds) is between `nbf` and `exp`, give or take five minutes. Throws AADSTS700024 otherwise,
 * also without an `exp` and for a life above `longestMs`.
 */
export function checkAssertionTime(claims: JwtFields, now: number, longestMs: number = Number.POSITIVE_INFINITY): void {
  const from = timeField(claims, 'nbf') ?? timeField(claims, 'iat') ?? now
  const until = timeField(claims, 'exp')
  if (until !== undefined && from <= now + SKEW_MS && now < until + SKEW_MS && until - from <= longestMs) return
  throw new Refusal(700024, { details: { now: written(now), from: written(from), until: written(until ?? 0) } })
}

/** When the assertion can no longer be used, in milliseconds. */
export function endOfUse(claims: JwtFields): number {
  return (timeField(claims, 'exp') ?? 0) + SKEW_MS
}

/** A time in the way that refusals tell it; one beyond the calendar as its number. */
export function written(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms)
}
