/** Whether one more may come now; each that is let in must leave. */
export interface RateLimit {
  enter(): boolean
  leave(): void
}

export interface RateLimitOptions {
  perSecond: number
  /** So many may come at once after a pause. */
  burst: number
  /** So many may be inside at a time. */
  concurrent: number
  /** Milliseconds, by a clock that nobody sets. */
  monotonic(): number
}

/** A bucket of tokens that fills at a steady rate, and a number of places. */
export function rateLimit({ perSecond, burst, concurrent, monotonic }: RateLimitOptions): RateLimit {
  let left = burst
  let at = monotonic()
  let inside = 0
  return {
    enter: () => {
      const now = monotonic()
      left = Math.min(burst, left + ((now - at) * perSecond) / 1000)
      at = now
      if (left < 1 || inside >= concurrent) return false
      left -= 1
      inside += 1
      return true
    },
    leave: () => {
      inside -= 1
    },
  }
}
