import { abortError, onAbort, timeoutError } from '../runtime/abort.ts'
import { longestTimer, startTimer } from '../runtime/timer.ts'
import type { AbortSignalLike } from '../types.ts'

/** How one caller waits. */
export interface Wait {
  signal?: AbortSignalLike | undefined
  /** How long this caller waits at most, in milliseconds. */
  timeoutMs?: number | undefined
  /** The tracing context of its call, if that has one. */
  trace?: object | undefined
}

type Task<T> = (signal: AbortSignal) => Promise<T>

interface Flight<T> {
  promise: Promise<T>
  controller: AbortController
  /** The waiting callers, each as the function that makes it give up. While there is one, the process stays alive. */
  waiting: Set<(error: Error) => void>
  /** A background refresh goes on when nobody waits for it. */
  isBackground: boolean
  hold: ProcessHold
}

/**
 * Runs one piece of work at a time for each key, however many callers want it. A caller that gives up leaves on its own;
 * when the last one has left, the work is aborted and the key is free in the same tick.
 */
export class Flights<T> {
  readonly #name: string
  readonly #flights = new Map<string, Flight<T>>()
  readonly #running = new Set<Promise<unknown>>()
  readonly #aborts = new AbortCallbacks()
  #isClosed = false

  /** `name` begins the error messages of callers who gave up. */
  constructor(name: string) {
    this.#name = name
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Waits for this key's work, and starts it if there is none. */
  async join(key: string, task: Task<T>, wait: Wait): Promise<T> {
    const { signal, timeoutMs } = wait
    if (signal?.aborted === true) throw abortError(`${this.#name}: the caller aborted getToken.`)
    const flight = this.#flights.get(key) ?? this.#start(key, task)
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

  /** Whether somebody waits for this key's work. */
  isAwaited(key: string): boolean {
    return !!this.#flights.get(key)?.waiting.size
  }

  /** Starts this key's work if there is none. It goes on whether anybody waits or not. */
  startBehind(key: string, task: Task<T>): void {
    const flight = this.#flights.get(key) ?? this.#start(key, task)
    flight.isBackground = true
  }

  /** Rejects all waiting callers, aborts the work, and resolves when it has ended. */
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

/**
 * Any number of callbacks per signal through a single listener: Node warns of a leak at the eleventh, and a server may
 * pass the same signal with every call.
 */
class AbortCallbacks {
  readonly #entries = new Map<AbortSignalLike, { callbacks: Set<() => void>; forget(): void }>()

  /** Calls back once when the signal aborts. Returns a function that removes the callback. */
  add(signal: AbortSignalLike | undefined, callback: () => void): () => void {
    if (signal === undefined) return () => undefined
    const { callbacks, forget } = this.#entries.get(signal) ?? this.#listen(signal)
    callbacks.add(callback)
    return () => {
      callbacks.delete(callback)
      if (callbacks.size === 0) forget()
    }
  }

  #listen(signal: AbortSignalLike): { callbacks: Set<() => void>; forget(): void } {
    const callbacks = new Set<() => void>()
    const stop = onAbort(signal, () => {
      for (const callback of callbacks) callback()
    })
    const forget = (): void => {
      stop()
      if (this.#entries.get(signal)?.callbacks === callbacks) this.#entries.delete(signal)
    }
    const entry = { callbacks, forget }
    this.#entries.set(signal, entry)
    return entry
  }
}

/**
 * Keeps the process alive while somebody waits. The library's sockets and timers never do, because a background refresh
 * must not; the waiting caller's hold is what makes a top-level `await` work.
 */
export class ProcessHold {
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Takes hold. Safe to call twice. */
  take(): void {
    this.#timer ??= setTimeout(() => undefined, longestTimer)
  }

  /** Lets go. Safe to call twice. */
  release(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
