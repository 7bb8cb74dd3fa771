import type { IssuedToken } from '../types.ts'
import { type Clocks, timeLeft, watchWallClock } from './freshness.ts'
import type { MemoryCounts } from './token-counts.ts'
import type { Slot, TokenMemory } from './token-memory.ts'
import type { TokenRequest } from './token-request.ts'

/** Where a token goes that a flight brings. */
export interface TokenPlace {
  /** The token's key in the memory, within its group: see `itemOf`. */
  item: string
  /** Flights are numbered in the order in which they start. */
  number: number
  memory: TokenMemory
  counts: MemoryCounts
  flights: { readonly isClosed: boolean }
}

/** What of a request tells its token from those of others with the same scopes. */
type TokenPurpose = Pick<TokenRequest<string | undefined>, 'group' | 'enableCae'>

/** The token in use now. */
export function find({ memory, item }: TokenPlace, { group, enableCae }: TokenPurpose): Slot | undefined {
  return memory.find(group, item, enableCae)
}

/** Puts a token into use, unless one that was asked for later already is, and is still valid. */
export function keep(
  clocks: Clocks,
  place: TokenPlace,
  purpose: TokenPurpose,
  { token, expiresAt, tokenType }: IssuedToken,
  { refreshAt, clockGap, askedAt }: { refreshAt: number; clockGap: number; askedAt: number },
): Slot {
  const { number, memory, item, flights, counts } = place
  const access = { token, expiresOnTimestamp: expiresAt, refreshAfterTimestamp: refreshAt, tokenType }
  const promise = Promise.resolve(Object.freeze(access))
  const slot = counts.counted({
    promise,
    token: promise,
    expiresAt,
    refreshAt,
    clockGap,
    freshUntil: refreshAt - clockGap,
    retryAt: Number.NEGATIVE_INFINITY,
    askedAt,
    flight: number,
  })
  const held = find(place, purpose)
  // A request that was sent before a claims challenge may not bring back the token that the challenge replaced.
  if (flights.isClosed || (held !== undefined && isLater(held, slot) && timeLeft(held, clocks) > 0)) return slot
  memory.set(purpose.group, item, purpose.enableCae, slot)
  memory.watch ??= watchWallClock(memory, clocks)
  memory.watch.until = Math.max(memory.watch.until, expiresAt - clockGap)
  return slot
}

/** Whether a token was asked for later than another. Flights that asked in the same instant count as they started. */
function isLater(slot: Slot, than: Slot): boolean {
  return slot.askedAt === than.askedAt ? slot.flight > than.flight : slot.askedAt > than.askedAt
}
