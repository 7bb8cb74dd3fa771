import { onAbort } from '../runtime/abort.ts'

/** Runs at most so many pieces of work at a time; the others wait their turn, until their signal aborts. */
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

/** The limits of this process, by the transport that they hold for. */
const limits = /* @__PURE__ */ new WeakMap<object, Limit>()

/** One limit for all that share a transport: the default one, or the function or client that a caller passed. */
export function sharedLimit(transport: object, count: number): Limit {
  const limit = limits.get(transport) ?? new Limit(count)
  limits.set(transport, limit)
  return limit
}
