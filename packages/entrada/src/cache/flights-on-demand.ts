import type { Flights, Wait } from './flights.ts'

type Task<T> = (signal: AbortSignal) => Promise<T>

/** `Flights` whose code is loaded with the first flight: a cached token needs none, and every program loads this file. */
export class FlightsOnDemand<T> {
  readonly #name: string
  #flights: Flights<T> | undefined
  isClosed = false

  /** `name` begins the error messages of callers who gave up. */
  constructor(name: string) {
    this.#name = name
  }

  /** Waits for this key's work, and starts it if there is none. Rejects once this is closed. */
  async join(key: string, task: Task<T>, wait: Wait): Promise<T> {
    const flights = this.#flights ?? (await this.#load())
    if (this.isClosed) throw this.closedError()
    return flights.join(key, task, wait)
  }

  /** Rejects all waiting callers, aborts the work, and resolves when it has ended. */
  async close(): Promise<void> {
    this.isClosed = true
    await this.#flights?.close()
  }

  closedError(): Error {
    return new Error(`${this.#name} is closed. Create a new credential, or close this one later.`)
  }

  async #load(): Promise<Flights<T>> {
    const { Flights } = await import('./flights.ts')
    this.#flights ??= new Flights(this.#name)
    return this.#flights
  }
}
