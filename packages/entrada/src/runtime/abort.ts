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
