import { startTimer } from '../runtime/timer.ts'
import type { IssuedToken } from '../types.ts'

/** The two clocks of a host. */
export interface Clocks {
  /** The wall clock, which may be set. */
  now(): number
  /** The clock that nobody sets. */
  monotonic(): number
}

/**
 * When a token expires and when it should be refreshed, by the wall clock, and how far that clock was ahead of the
 * monotonic one when the times were noted.
 */
interface TokenTimes {
  expiresAt: number
  refreshAt: number
  clockGap: number
}

/** The times of a token that is watched: see `watchWallClock`. */
export interface WatchedTimes extends TokenTimes {
  /** Until then, by the monotonic clock alone, the token is handed out without another look. */
  freshUntil: number
}

/** How far the wall clock is ahead of the monotonic one. Changes when it is set, and may change when the machine sleeps. */
export function clockGap({ now, monotonic }: Clocks): number {
  return now() - monotonic()
}

/**
 * The time by which a token's age is judged: that of whichever clock has advanced further since its times were noted. A
 * wall clock that was set back adds nothing to a token's life, and one that was set forward shortens it.
 */
export function latestTime({ clockGap }: { clockGap: number }, { now, monotonic }: Clocks): number {
  return Math.max(now(), monotonic() + clockGap)
}

/** How long a token is still valid by both clocks, in milliseconds; 0 or less if it has expired. */
export function timeLeft(times: { expiresAt: number; clockGap: number }, clocks: Clocks): number {
  return times.expiresAt - latestTime(times, clocks)
}

/** `fresh`: use it; `ageing`: use it and refresh in the background; `ending`: wait for the next one; `expired`. */
export type Freshness = 'fresh' | 'ageing' | 'ending' | 'expired'

/** How often the wall clock is compared, in milliseconds; a smaller difference goes unnoticed. */
const period = 1000

const leastPauseMs = 30_000
const longestPauseMs = 300_000

/** During a token's last 30 seconds callers wait for the refresh. */
const endingMs = 30_000
const usualMarginMs = 300_000
const longLifeMs = 2 * 3600_000

/**
 * When to refresh a token that was issued at `issuedAt`: when its issuer says so; else, if it lives longer than two hours
 * (managed identity), at half its life; else five minutes before it expires, or at half its life if that is later.
 */
export function refreshTime(token: IssuedToken, issuedAt: number): number {
  if (token.refreshAt !== undefined) return Math.min(token.refreshAt, token.expiresAt)
  // A record written by a clock that was ahead may be "issued" after it expires; its refresh must not come later still.
  const life = Math.max(0, token.expiresAt - issuedAt)
  return life > longLifeMs ? issuedAt + life / 2 : token.expiresAt - Math.min(usualMarginMs, life / 2)
}

export function freshness(times: { expiresAt: number; refreshAt: number }, now: number): Freshness {
  if (now >= times.expiresAt) return 'expired'
  if (now < times.refreshAt) return 'fresh'
  return now >= times.expiresAt - endingMs ? 'ending' : 'ageing'
}

/**
 * How long to wait after a failed refresh, in milliseconds: the server's `Retry-After`, but at least 30 seconds and at most
 * five minutes. A pause that would outlast the token ends 30 seconds before it expires, so that there is one more try while
 * it is valid, unless that would be too soon after the one that failed.
 */
export function refreshPause(timeLeft: number, retryAfter: number): number {
  const pause = retryAfter > leastPauseMs ? Math.min(retryAfter, longestPauseMs) : leastPauseMs
  return pause > timeLeft ? Math.max(leastPauseMs, timeLeft - endingMs) : pause
}

/** Watches the tokens of a memory while there are some. */
export interface ClockWatch {
  /** When the last token in memory expires, by the monotonic clock. */
  until: number
  stop(): void
}

/** The memory that is watched. */
interface WatchedMemory {
  watch: ClockWatch | undefined
  forEach(visit: (times: WatchedTimes) => void): void
}

/**
 * A hit reads only the monotonic clock, so something has to notice when the wall clock is set, or has gone on while the
 * machine slept and the monotonic clock stood still. Then it is worked out again until when each token is fresh by both
 * clocks. Keeps neither the process nor the memory alive, and stops when the last token has expired.
 */
export function watchWallClock(memory: WatchedMemory, clocks: Clocks): ClockWatch {
  return watch(weakly(memory), clocks)
}

/** Holds the memory by a weak reference only, so that a credential dropped without `close()` can be collected. */
function watch(memory: () => WatchedMemory | undefined, { now, monotonic }: Clocks): ClockWatch {
  let gap = clockGap({ now, monotonic })
  let stop = startTimer(period, look)
  function look(): void {
    const held = memory()
    if (held?.watch === undefined) return
    if (monotonic() >= held.watch.until) {
      held.watch = undefined
      return
    }
    const current = clockGap({ now, monotonic })
    if (Math.abs(current - gap) >= period) {
      gap = current
      held.forEach((slot) => {
        slot.freshUntil = slot.refreshAt - Math.max(slot.clockGap, gap)
      })
    }
    stop = startTimer(period, look)
  }
  return { until: 0, stop: () => stop() }
}

/** Some runtimes have no weak references; there the memory is kept alive as long as its tokens are valid. */
function weakly<T extends object>(value: T): () => T | undefined {
  return globalThis.WeakRef === undefined ? strongly(value) : deref(new WeakRef(value))
}

// Two functions, because closures made in one function share its scope, and with it the value itself.
function strongly<T>(value: T): () => T {
  return () => value
}

function deref<T extends object>(reference: WeakRef<T>): () => T | undefined {
  return () => reference.deref()
}
