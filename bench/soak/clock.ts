import type { Random } from './random.ts'

/** True time in milliseconds, by a clock that nobody sets. Everything is judged by it. */
export function trueNow(): number {
  return performance.now()
}

/** The wall clock of a machine whose clock is right, in milliseconds since the epoch: that of the token service. */
export function rightWall(): number {
  return performance.timeOrigin + performance.now()
}

/** "+12.3 s", for a true time. */
export function atText(time: number, start: number): string {
  return `+${((time - start) / 1000).toFixed(2)} s`
}

interface Jump {
  at: number
  /** Milliseconds; below 0 for a clock that was put back. */
  by: number
}

/** A wall clock that is set now and then, as the credentials see it. */
export class WallClock {
  readonly name: string
  readonly #offsets: readonly number[]
  readonly #jumps: Jump[] = []
  #offset = 0

  /** `offsets` are the errors that it can have, in milliseconds; none for a clock that is always right. */
  constructor(name: string, offsets: readonly number[]) {
    this.name = name
    this.#offsets = offsets
  }

  /** What `host.now` is. */
  readonly now = (): number => Math.floor(rightWall() + this.#offset)

  get offset(): number {
    return this.#offset
  }

  get jumps(): number {
    return this.#jumps.length
  }

  /** Sets the clock to another error, if it can have one. */
  jump(random: Random): void {
    if (this.#offsets.length === 0) return
    const offset = random.pick(this.#offsets.filter((other) => other !== this.#offset))
    this.#jumps.push({ at: trueNow(), by: offset - this.#offset })
    this.#offset = offset
  }

  hasJumpedSince(time: number): boolean {
    return this.#jumps.some(({ at }) => at >= time)
  }

  /** A forward correction ends tokens early, and that counts as their end. */
  hasJumpedForwardSince(time: number): boolean {
    return this.#jumps.some(({ at, by }) => at >= time && by > 0)
  }

  /** When it was last put back. */
  lastPutBack(): number {
    return this.#jumps.findLast(({ by }) => by < 0)?.at ?? Number.NEGATIVE_INFINITY
  }

  /** For a story: "restless, -3 h since +10.2 s". */
  describe(start: number): string {
    const last = this.#jumps.at(-1)
    const since = last === undefined ? '' : ` since ${atText(last.at, start)}`
    return `clock "${this.name}" off by ${Math.round(this.#offset / 1000)} s${since}`
  }
}

const second = 1000
const hour = 3600 * second

/**
 * The clocks of a run. Users of a shared store have the wide one: a record is believed if it seems to come from no more
 * than five minutes ahead, so there a small error may serve a token past its end, and nobody could tell.
 */
export function makeClocks(): Record<'straight' | 'restless' | 'wide', WallClock> {
  const hours = [-720 * hour, -3 * hour, 3 * hour, 720 * hour]
  const small = [-90, -20, -5, -2, 2, 5, 20, 90].map((seconds) => seconds * second)
  return {
    straight: new WallClock('straight', []),
    restless: new WallClock('restless', [0, 0, 0, ...hours, ...small]),
    wide: new WallClock('wide', [0, ...hours]),
  }
}
