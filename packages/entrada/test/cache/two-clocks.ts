import { vi } from 'vitest'
import { createStoredWorld, type StoredWorld } from './stored-world.ts'

/** A world with two clocks. Timers are the test's, and fire when time passes. */
export interface TwoClocks extends StoredWorld {
  /** Lets so many milliseconds go by, for both clocks and for timers. */
  pass(milliseconds: number): Promise<void>
  /** Lets them go by at once: timers that are due have not fired yet, as where something else was running. */
  jump(milliseconds: number): void
  /** Sets the wall clock forward by so many milliseconds, or back. */
  set(milliseconds: number): void
  /** Resolves when the condition holds; no time passes meanwhile. */
  happens(condition: () => boolean): Promise<void>
}

/** To be used in a test that ends with `vi.useRealTimers()`. */
export function createTwoClocks(...[store]: Parameters<typeof createStoredWorld>): TwoClocks {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const world = createStoredWorld(store)
  const steady = { time: 5000.25 }
  const { credential } = world
  const jump = (milliseconds: number): void => {
    world.clock.time += milliseconds
    steady.time += milliseconds
  }
  return {
    ...world,
    jump,
    async pass(milliseconds) {
      jump(milliseconds)
      await advance(milliseconds)
    },
    set(milliseconds) {
      world.clock.time += milliseconds
    },
    async happens(condition) {
      for (let turn = 0; !condition(); turn++) {
        if (turn > 1_000_000) throw new Error('it did not happen')
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    credential: ({ host, ...options } = {}, identity) => {
      const clocks = { now: () => world.clock.time, monotonic: () => steady.time }
      return credential({ ...options, host: { ...clocks, env: {}, sleep: forever, ...host } }, identity)
    },
  }
}

/** Timers that are due fire, and have looked at what has arrived meanwhile. */
export async function advance(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function forever(_: number, signal: AbortSignal): Promise<void> {
  return new Promise((__, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}
