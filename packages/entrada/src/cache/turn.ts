/**
 * One request for a token among many processes that share a store: whoever has the store's lease of the key asks, and
 * the others wait for what it writes. Who asks may die, so a lease ends by itself, and another takes over.
 */
import type { IssuedToken } from '../types.ts'
import { freshness } from './freshness.ts'
import { inTime, look, recordRefreshTime, type SecondLevel } from './second-level.ts'
import type { Lease, TokenKey, TokenRecord } from './token-store.ts'

/** So long a lease lasts, in milliseconds: longer than a request takes, and not long to wait where its holder died. */
const leaseTime = 5000
/** So long the others are followed, in milliseconds: a second one may have taken over from the first. */
const longestFollow = 2 * leaseTime
/** From one look into the store to the next, in milliseconds. */
const firstPause = 25
const longestPause = 200

/** What the store has, or else the turn to ask for a token. */
export interface Turn<Found> {
  found?: Found
  /** To be called when the request has ended, with the write of the token that it brought. */
  end(written?: Promise<void>): void
}

/** What a turn is taken for. */
export interface TurnOptions<Found> {
  key: TokenKey
  now: () => number
  signal: AbortSignal
  /** The token that is to be replaced, the one that is in use now, and how one comes into use. */
  held: Found | undefined
  current(): Found | undefined
  keep(issued: IssuedToken, refreshAt: number): Found
}

/** Never rejects: where the store fails, is slow or has no leases, it is the caller's turn. */
export async function takeTurn<Found extends { expiresAt: number }>(
  level: SecondLevel,
  options: TurnOptions<Found>,
): Promise<Turn<Found>> {
  const { signal } = options
  const first = await read(level, options)
  if (first.isOver || level.store.lease === undefined) return first.turn
  let waited = 0
  for (let pause = firstPause; waited < longestFollow; pause = Math.min(longestPause, 2 * pause)) {
    const lease = await takeLease(level, options.key, signal)
    if (lease === 'failed') return alone
    if (lease !== undefined) return lead(level, options, lease)
    try {
      await level.sleep(pause, signal)
    } catch {
      return alone
    }
    waited += pause
    const next = await read(level, options)
    if (next.isOver) return next.turn
  }
  return alone
}

/** Nothing is held, and nothing was found. */
const alone: Turn<never> = { end: () => undefined }

async function read<Found extends { expiresAt: number }>(
  level: SecondLevel,
  options: TurnOptions<Found>,
): Promise<{ turn: Turn<Found>; isOver: boolean }> {
  const { key, now, signal } = options
  const { record, hasFailed } = await look(level, key, now(), signal)
  const found = record && take(record, options)
  return found === undefined ? { turn: alone, isOver: hasFailed } : { turn: { ...alone, found }, isOver: true }
}

/** The record in use, or `undefined` where it is not good enough. */
function take<Found extends { expiresAt: number }>(
  record: TokenRecord,
  { now, held, current, keep }: TurnOptions<Found>,
): Found | undefined {
  const refreshAt = recordRefreshTime(record)
  const isNews = held === undefined ? freshness({ ...record, refreshAt }, now()) !== 'ending' : now() < refreshAt
  if (!isNews) return undefined
  // What has come meanwhile, with claims perhaps, is newer than what the store had.
  const used = current()
  if (used !== undefined && used !== held && now() < used.expiresAt) return used
  const { secret: token, expiresAt, tokenType = 'Bearer' } = record
  return keep({ token, expiresAt, tokenType }, refreshAt)
}

/** Who holds the lease looks once more: the one before may have written between the look and the lease. */
async function lead<Found extends { expiresAt: number }>(
  level: SecondLevel,
  options: TurnOptions<Found>,
  lease: Lease,
): Promise<Turn<Found>> {
  const { turn } = await read(level, options)
  const release = (): void => void giveBack(level, lease)
  if (turn.found !== undefined) {
    release()
    return turn
  }
  return { end: (written) => (written === undefined ? release() : void written.then(release)) }
}

async function takeLease(
  level: SecondLevel,
  key: TokenKey,
  signal: AbortSignal,
): Promise<Lease | undefined | 'failed'> {
  let asked: Promise<Lease | undefined> | undefined
  try {
    return await inTime(
      level,
      () => {
        asked = Promise.resolve(level.store.lease?.(key, leaseTime))
        return asked
      },
      signal,
    )
  } catch (error) {
    // What comes too late is nobody's.
    asked?.then((lease) => lease && giveBack(level, lease)).catch(() => undefined)
    if (!signal.aborted) level.emit({ type: 'store-failed', operation: 'lease', error })
    return 'failed'
  }
}

async function giveBack(level: SecondLevel, lease: Lease): Promise<void> {
  try {
    await lease.release()
  } catch (error) {
    level.emit({ type: 'store-failed', operation: 'lease', error })
  }
}
