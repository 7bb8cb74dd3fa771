import { trueNow } from './clock.ts'

const every = 20

/**
 * How late the event loop is. A timer of the library's is as late as ours, so this much is taken off each judgement: on
 * a busy machine the soak judges more mildly, and never wrongly.
 */
export class LoopLag {
  readonly #timer: NodeJS.Timeout
  readonly #late: { at: number; by: number }[] = []
  #expected = trueNow() + every
  worst = 0

  constructor() {
    this.#timer = setInterval(() => this.#tick(), every)
    this.#timer.unref()
  }

  /** The worst of the last few seconds, in milliseconds, with a little more for a clock's grain. */
  tolerance(): number {
    const now = trueNow()
    const running = Math.max(0, now - this.#expected)
    return 30 + running + Math.max(0, ...this.#late.map(({ by }) => by))
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    const now = trueNow()
    const by = Math.max(0, now - this.#expected)
    this.worst = Math.max(this.worst, by)
    if (by > 10) this.#late.push({ at: now, by })
    while (this.#late[0] !== undefined && this.#late[0].at < now - 5_000) this.#late.shift()
    this.#expected = now + every
  }
}
