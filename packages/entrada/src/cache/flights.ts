import { AbortCallbacks, abortError, timeoutError } from '../runtime/abort.ts'
import { ProcessHold, startTimer } from '../runtime/timer.ts'
import type { AbortSignalLike } from '../types.ts'

/** How one caller waits. */
export interface Wait {
  signal?: AbortSignalLike | undefined
  /** Bounds this caller's wait alone, in milliseconds. */
  timeoutMs?: number | undefined
}

type Task<T> = (signal: AbortSignal) => Promise<T>

interface Flight<T> {
  promise: Promise<T>
  controller: AbortController
  /** Those who wait, each as the function that makes it give up. While there is one, the process stays alive. */
  waiting: Set<(error: Error) => void>
  /** A refresh behind the callers' backs goes on when nobody waits. */
  isBackground: boolean
  hold: ProcessHold
}

/**
 * Work of which there is one at a time per key, however many callers want it. A caller that gives up leaves alone; when
 * the last has gone the work is aborted, and the key is free in the same tick.
 */
export class Flights<T> {
  readonly #name: string
  readonly #flights = new Map<string, Flight<T>>()
  readonly #running = new Set<Promise<unknown>>()
  readonly #aborts = new AbortCallbacks()
  #isClosed = false

  /** `name` begins the messages of those who gave up. */
  constructor(name: string) {
    this.#name = name
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Waits for the work of this key, which is started if there is none. */
  join(key: string, task: Task<T>, wait: Wait): Promise<T> {
    const flight = this.#flights.get(key) ?? this.#start(key, task)
    const { signal, timeoutMs } = wait
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        stopTimer?.()
        forgetSignal()
        flight.waiting.delete(giveUp)
        if (flight.waiting.size === 0) flight.hold.release()
      }
      const giveUp = (error: Error): void => {
        leave()
        reject(error)
        if (flight.waiting.size === 0 && !flight.isBackground) this.#cancel(key, flight)
      }
      const forgetSignal = this.#aborts.add(signal, () =>
        giveUp(abortError(`${this.#name}: the caller aborted getToken.`)),
      )
      const stopTimer =
        timeoutMs === undefined
          ? undefined
          : startTimer(timeoutMs, () =>
              giveUp(timeoutError(`${this.#name}: no token within ${timeoutMs} ms (requestOptions.timeout).`)),
            )
      flight.waiting.add(giveUp)
      flight.hold.take()
      flight.promise.then(resolve, reject).finally(() => {
        if (flight.waiting.has(giveUp)) leave()
      })
    })
  }

  /** Starts the work of this key if there is none, with nobody waiting. */
  startBehind(key: string, task: Task<T>): void {
    if (!this.#flights.has(key)) this.#start(key, task).isBackground = true
  }

  /** Rejects those who wait, aborts the work, and resolves when it has ended. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const [key, flight] of this.#flights) {
      for (const giveUp of flight.waiting) giveUp(this.closedError())
      this.#cancel(key, flight)
    }
    await Promise.all(this.#running)
  }

  closedError(): Error {
    return new Error(`${this.#name} is closed. Create a new credential, or close this one later.`)
  }

  #start(key: string, task: Task<T>): Flight<T> {
    const controller = new AbortController()
    const flight: Flight<T> = {
      controller,
      waiting: new Set(),
      isBackground: false,
      hold: new ProcessHold(),
      // `finally`, not `then`: failed work must not block its key for ever.
      promise: task(controller.signal).finally(() => this.#free(key, flight)),
    }
    this.#flights.set(key, flight)
    const settled = flight.promise.then(
      () => undefined,
      () => undefined,
    )
    this.#running.add(settled)
    void settled.then(() => this.#running.delete(settled))
    return flight
  }

  #cancel(key: string, flight: Flight<T>): void {
    this.#free(key, flight)
    flight.controller.abort(abortError(`${this.#name}: nobody waits for the token any more.`))
  }

  #free(key: string, flight: Flight<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key)
  }
}
