import { abortError, onAbort } from '../runtime/abort.ts'

interface Reading<T> {
  key: string
  promise: Promise<T>
  waiting: number
  end: AbortController
}

/** Joins the work for a key, or starts it. */
export type Join<T> = (key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T>

/**
 * Runs one piece of work at a time. Callers with the same key join it; each leaves as soon as its own signal is
 * aborted, and the last to leave aborts the work. The next piece starts only when the previous one has really ended: a
 * key derivation on another thread cannot be stopped, and many abandoned ones would keep all of Node's threads busy.
 */
export function oneAtATime<T>(): Join<T> {
  let current: Reading<T> | undefined
  function start(key: string, work: (signal: AbortSignal) => Promise<T>): Reading<T> {
    const end = new AbortController()
    const before = current?.promise.catch(() => undefined)
    const promise = (async () => {
      await before
      end.signal.throwIfAborted()
      return work(end.signal)
    })()
    const reading = { key, promise, waiting: 0, end }
    const forget = (): void => {
      if (current === reading) current = undefined
    }
    promise.then(forget, forget)
    current = reading
    return reading
  }
  return async (key, work, signal) => {
    signal.throwIfAborted()
    const isJoinable = current?.key === key && !current.end.signal.aborted
    const reading = isJoinable && current !== undefined ? current : start(key, work)
    reading.waiting++
    try {
      return await unlessAborted(reading.promise, signal)
    } finally {
      reading.waiting--
      if (reading.waiting === 0) reading.end.abort()
    }
  }
}

// `orAborted` does the same, but if a part that is loaded on demand imported it, bundlers would move it into the code
// that every program loads at its start.
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(abortError('The reading of the certificate was aborted.')))
    promise.then(resolve, reject).finally(forget)
  })
}
