import type { AbortSignalLike } from '../types.ts'

/** The error of an aborted call, named as the platform names it. */
export function abortError(message: string): Error {
  const error = new Error(message)
  error.name = 'AbortError'
  return error
}

/** The error of a call that waited longer than its caller allowed. */
export function timeoutError(message: string): Error {
  const error = new Error(message)
  error.name = 'TimeoutError'
  return error
}

/** Calls back once when the signal aborts. Returns what takes the listener away again. */
export function onAbort(signal: AbortSignalLike | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => undefined
  signal.addEventListener('abort', callback)
  return () => signal.removeEventListener('abort', callback)
}

/** The promise's outcome, or an `AbortError` as soon as the signal aborts: for work that may not listen to it. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignalLike | undefined, message: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(abortError(message)))
    promise.then(resolve, reject).finally(forget)
  })
}

/**
 * Any number of callbacks for each signal, through one listener on it: Node warns of a leak at the eleventh, and a
 * server may pass the same signal with every call.
 */
export class AbortCallbacks {
  readonly #entries = new Map<AbortSignalLike, { callbacks: Set<() => void>; forget(): void }>()

  /** Calls back once when the signal aborts. Returns what takes the callback away again. */
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
