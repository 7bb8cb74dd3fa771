/**
 * One request for a token among many processes that share a store: the process that holds the key's lease sends it, and
 * the others wait for what it writes. The holder may die, so a lease expires by itself and another process takes over.
 */

import { rebuilt } from '../runtime/foreign-error.ts'
import type { IssuedToken } from '../types.ts'
import type { NotedClocks } from './clock-settings.ts'
import { clockGap, freshness, latestTime, timeLeft } from './freshness.ts'
import { shortPatience, startWrite } from './pending-writes.ts'
import { inTime, readRecord, recordRefreshTime, type StoreAccess } from './store-access.ts'
import type { Lease, TokenKey, TokenRecord } from './token-store.ts'

/** How long a lease lasts, in milliseconds: longer than a request takes, yet not long to wait if its holder has died. */
const leaseTime = 5000
/** How long other holders are waited for, in milliseconds: a second one may have taken over from the first. */
const longestFollow = 2 * leaseTime
/** The pause between two reads of the store, in milliseconds. */
const firstPause = 25
const longestPause = 200

/** What the store has, or else the right to request a token. */
export interface FoundOrLeased<Found> {
  found?: Found
  /** Call it when the request has ended, with the write of the token that it brought. */
  end(written?: Promise<void>): void
}

/** What is looked for, and what to do with it. */
export interface FindOrLeaseOptions<Found> {
  key: TokenKey
  clocks: NotedClocks
  signal: AbortSignal
  /** The token to replace, the one in use now, and what puts a token into use. */
  held: Found | undefined
  current(): Found | undefined
  keep(issued: IssuedToken, times: { refreshAt: number; clockGap: number }): Found
}

/** Rejects for a token that `keep` refuses, and for nothing else: if the store fails, is slow or has no leases, the caller sends the request. */
export async function findOrLease<Found extends { expiresAt: number; clockGap: number }>(
  level: StoreAccess,
  options: FindOrLeaseOptions<Found>,
): Promise<FoundOrLeased<Found>> {
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

/** No lease is held, and no record was found. */
const alone: FoundOrLeased<never> = { end: () => undefined }

async function read<Found extends { expiresAt: number; clockGap: number }>(
  level: StoreAccess,
  options: FindOrLeaseOptions<Found>,
): Promise<{ turn: FoundOrLeased<Found>; isOver: boolean }> {
  const { key, clocks, signal } = options
  const gapBefore = clockGap(clocks)
  const { record, hasFailed } = await readRecord(level, key, clocks.now(), signal)
  // If the clock was set meanwhile, or since the record was written, the reading that ends the token sooner counts.
  const found = record && take(record, Math.max(gapBefore, clockGap(clocks), clocks.gapAt(record.cachedAt)), options)
  return found === undefined ? { turn: alone, isOver: hasFailed } : { turn: { ...alone, found }, isOver: true }
}

/** Puts the record's token into use, or returns `undefined` if it is not good enough. */
function take<Found extends { expiresAt: number; clockGap: number }>(
  record: TokenRecord,
  gap: number,
  { clocks, held, current, keep }: FindOrLeaseOptions<Found>,
): Found | undefined {
  const refreshAt = recordRefreshTime(record)
  const now = latestTime({ clockGap: gap }, clocks)
  const age = freshness({ ...record, refreshAt }, now)
  if (age !== 'fresh' && (held !== undefined || age !== 'ageing')) return undefined
  // A token that has arrived meanwhile, perhaps for a claims challenge, is newer than the store's.
  const used = current()
  if (used !== undefined && used !== held && timeLeft(used, clocks) > 0) return used
  const { secret: token, expiresAt, tokenType = 'Bearer' } = record
  return keep({ token, expiresAt, tokenType }, { refreshAt, clockGap: gap })
}

/** The new holder reads once more: the previous one may have written after our last read. */
async function lead<Found extends { expiresAt: number; clockGap: number }>(
  level: StoreAccess,
  options: FindOrLeaseOptions<Found>,
  lease: Lease,
): Promise<FoundOrLeased<Found>> {
  const { turn } = await read(level, options).catch((error: unknown) => {
    giveBack(level, lease)
    throw error
  })
  if (turn.found !== undefined) {
    giveBack(level, lease)
    return turn
  }
  return { end: (written) => giveBack(level, lease, written) }
}

async function takeLease(
  level: StoreAccess,
  key: TokenKey,
  signal: AbortSignal,
): Promise<Lease | undefined | 'failed'> {
  let asked: Promise<Lease | undefined> | undefined
  const start = level.monotonic()
  try {
    const lease = await inTime(
      level,
      () => {
        asked = Promise.resolve(level.store.lease?.(key, leaseTime))
        return asked
      },
      signal,
    )
    if (!signal.aborted) {
      const milliseconds = level.monotonic() - start
      level.emit({ type: 'store-used', operation: 'lease', milliseconds, isHit: lease !== undefined })
    }
    return lease
  } catch (error) {
    // A lease that arrives too late is of no use to anybody.
    if (asked !== undefined) giveBack(level, asked)
    if (!signal.aborted) level.emit({ type: 'store-failed', operation: 'lease', error: rebuilt(error) })
    return 'failed'
  }
}

/** Releases a lease as soon as there is one and the token that it was taken for is written. */
function giveBack(level: StoreAccess, lease: Lease | Promise<Lease | undefined>, written?: Promise<void>): void {
  void startWrite(level, { operation: 'lease', patience: shortPatience }, async () => {
    await written
    const taken = await Promise.resolve(lease).catch(() => undefined)
    if (!level.writes.isOver) await taken?.release()
  })
}
