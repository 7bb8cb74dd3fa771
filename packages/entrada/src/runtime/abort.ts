import type { AbortSignalLike } from '../types.ts'

/** The error of an aborted call, with the name that the platform gives it. */
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

/** Calls back once when the signal aborts. Returns a function that removes the listener. */
export function onAbort(signal: AbortSignalLike | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => undefined
  signal.addEventListener('abort', callback)
  return () => signal.removeEventListener('abort', callback)
}

/** The promise's outcome, or an `AbortError` as soon as the signal aborts: for work that may ignore the signal. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignalLike | undefined, message: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(abortError(message)))
    promise.then(resolve, reject).finally(forget)
  })
}
