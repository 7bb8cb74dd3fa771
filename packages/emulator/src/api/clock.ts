/** The emulator's clock, in milliseconds since the epoch. It follows its base, and tests can move it. */
export interface Clock {
  /** The emulator's time, in milliseconds since the epoch. */
  now(): number
  /** Moves the clock forward by this many milliseconds; a negative number moves it back. */
  advance(ms: number): void
  /** Sets the clock to this moment, from which it runs on. */
  set(ms: number): void
  /** Undoes all moves: it follows its base again. */
  reset(): void
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
    reset: () => {
      offset = 0
    },
  }
}

function finite(ms: number, method: string): number {
  if (Number.isFinite(ms)) return ms
  throw new TypeError(`clock.${method}: ${ms} is not a finite number of milliseconds.`)
}
