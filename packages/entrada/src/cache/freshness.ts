import type { IssuedToken } from '../types.ts'

/** What a cached token is good for: `fresh` use it, `ageing` use it, refresh behind the caller, `ending`, `expired`. */
export type Freshness = 'fresh' | 'ageing' | 'ending' | 'expired'

/** In a token's last 30 seconds the caller waits for the refresh. */
const endingMs = 30_000
const usualMarginMs = 300_000
const longLifeMs = 2 * 3600_000

/**
 * When to refresh a token that was issued at `issuedAt`: when its issuer says so; else at half its life if that is
 * longer than two hours (managed identity); else five minutes before its end, or half its life if that is less.
 */
export function refreshTime(token: IssuedToken, issuedAt: number): number {
  if (token.refreshAt !== undefined) return Math.min(token.refreshAt, token.expiresAt)
  // A record of a clock that went ahead may be "issued" after its end; its refresh must not come later still.
  const life = Math.max(0, token.expiresAt - issuedAt)
  return life > longLifeMs ? issuedAt + life / 2 : token.expiresAt - Math.min(usualMarginMs, life / 2)
}

export function freshness(times: { expiresAt: number; refreshAt: number }, now: number): Freshness {
  if (now >= times.expiresAt) return 'expired'
  if (now < times.refreshAt) return 'fresh'
  return now >= times.expiresAt - endingMs ? 'ending' : 'ageing'
}
