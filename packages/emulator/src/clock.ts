/** The emulator's time, in milliseconds since the epoch. It runs with its base and can be moved by tests. */
export interface Clock {
  now(): number
  /** Moves the clock by so many milliseconds; negative ones move it back. */
  advance(ms: number): void
  /** Makes it this moment; the clock runs on from there. */
  set(ms: number): void
}

export function createClock(base: () => number): Clock {
  let offset = 0
  return {
    now: () => base() + offset,
    advance: (ms) => {
      offset += finite(ms, 'advance')
    },
    set: (ms) => {
      offset = finite(ms, 'set') - base()
    },
  }
}

function finite(ms: number, method: string): number {
  if (Number.isFinite(ms)) return ms
  throw new TypeError(`clock.${method}: ${ms} is not a number of milliseconds.`)
}
