/** Says whether one more request may come in; each that may must leave. */
export interface RateLimit {
  enter(): boolean
  leave(): void
}

/** So many requests in any second, and so many at a time. Those refused do not count. */
export function createRateLimit(perSecond: number, concurrent: number, now: () => number): RateLimit {
  let entered: number[] = []
  let inside = 0
  return {
    enter: () => {
      const at = now()
      entered = entered.filter((each) => at - each < 1000)
      if (inside >= concurrent || entered.length >= perSecond) return false
      entered.push(at)
      inside += 1
      return true
    },
    leave: () => {
      inside -= 1
    },
  }
}
