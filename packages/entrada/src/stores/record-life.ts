import type { TokenRecord } from '../cache/token-store.ts'

/** A refresh token lasts 90 days: no record is kept longer than this, in milliseconds. */
export const longestLife: number = 100 * 24 * 3600_000

/** How far the clocks of two machines may differ, in milliseconds. */
const clockTolerance = 300_000

/**
 * Whether a record can have been written at the time that it states. One from the future was written by a clock that
 * was ahead: its expiry is wrong by the same amount, so it is neither used nor kept in place of another one.
 */
export function isBelievable({ cachedAt }: TokenRecord, now: number): boolean {
  return cachedAt <= now + clockTolerance
}

/**
 * A record as it is returned in a list: an application's tokens are listed without their secrets, only with the keys
 * needed to delete them.
 */
export function asListed(record: TokenRecord): TokenRecord {
  return record.key.partition === 'app' ? { ...record, secret: '' } : record
}

/** The record, with an expiry no later than 100 days from now. */
export function withCappedLife(record: TokenRecord, now: number): TokenRecord {
  const latest = now + longestLife
  return record.expiresAt <= latest ? record : { ...record, expiresAt: latest }
}
