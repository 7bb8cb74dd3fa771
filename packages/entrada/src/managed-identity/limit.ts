import { onAbort } from '../runtime/abort.ts'
import { processWide } from '../runtime/process-wide.ts'

/** Limits how many pieces of work run at a time; the others wait their turn, until their signal is aborted. */
export class Limit {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(count: number) {
    this.#free = count
  }

  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(signal)
    try {
      return await work()
    } finally {
      this.#free++
      this.#wake()
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        forget()
        this.#waiting.delete(start)
        this.#free--
        resolve()
      }
      const forget = onAbort(signal, () => {
        forget()
        this.#waiting.delete(start)
        reject(signal.reason)
      })
      if (signal.aborted) return reject(signal.reason)
      this.#waiting.add(start)
      this.#wake()
    })
  }

  #wake(): void {
    const [first] = this.#waiting
    if (first !== undefined && this.#free > 0) first()
  }
}

/**
 * The limit shared by everything that uses a transport: the default one, or the function or client that a caller
 * passed.
 */
export function sharedLimit(transport: object, count: number): Limit {
  const limits = processWide('limits', () => new WeakMap<object, Limit>())
  const limit = limits.get(transport) ?? new Limit(count)
  limits.set(transport, limit)
  return limit
}
