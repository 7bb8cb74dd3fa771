import type { AccessToken } from '../types.ts'
import { CallMap } from './call-map.ts'
import type { ClockWatch, WatchedTimes } from './freshness.ts'

/** One cached token. The promise is made once: a hit hands it out and makes nothing. */
export interface Slot extends WatchedTimes {
  promise: Promise<AccessToken>
  /** The same, for those who have waited for it: only what `promise` hands out is counted. See `MemoryCounts`. */
  token: Promise<AccessToken>
  /** No background refresh starts before this time, by the monotonic clock. */
  retryAt: number
  /** When the request that brought it was sent, by the monotonic clock. */
  askedAt: number
  /** The number of the flight that brought it. */
  flight: number
}

/** Tokens held at least. */
const capacity = 100_000

/** The tokens of one credential in memory. */
export class TokenMemory extends CallMap<Slot> {
  watch: ClockWatch | undefined

  constructor() {
    super(capacity)
  }

  override clear(): void {
    this.watch?.stop()
    this.watch = undefined
    super.clear()
  }
}
