import { slotOf, slots } from './keys.ts'
import { messageOf } from './replies.ts'

/**
 * Options for backing off from a failing store: after a failure it is left alone, for a time that doubles with each
 * one.
 */
export interface PatienceOptions {
  /** How long to wait for a reply, in milliseconds. */
  answerWithinMs: number
  /** Milliseconds of a monotonic clock: a correction of the wall clock must not turn a pause into hours. */
  monotonic: () => number
}

/** The first pause after a failure, and the longest, in milliseconds. */
const firstRest = 500
const longestRest = 15_000
/** The longest time for which a timer can be set, in milliseconds; with a longer one it would fire at once. */
const longestTimer = 2 ** 31 - 1

/** Calls the server that holds a key. */
export type Patience = <T>(key: string, ask: () => Promise<T>) => Promise<T>

/** The longest run of slots that share their pauses, so that a cluster has 64 of these. */
const slotsTogether = 256

/**
 * Calls a cluster, one of whose servers may be unreachable: a pause concerns the slots around the one that failed, so
 * that the other servers' records are still shared. Which server has which slots changes, and clients have no common way
 * to tell.
 */
export function createClusterPatience(options: PatienceOptions): Patience {
  const parts = Array.from({ length: slots / slotsTogether }, () => createPatience(options))
  return (key, ask) => (parts[Math.floor(slotOf(key) / slotsTogether)] as Patience)(key, ask)
}

/**
 * Calls a server that may be unreachable. While it is, calls fail at once, so that none pile up in the client's queue;
 * the first one after the pause tries again, and any reply resets the pause.
 */
export function createPatience({ answerWithinMs, monotonic }: PatienceOptions): Patience {
  let rest = 0
  let restUntil = Number.NEGATIVE_INFINITY
  let reason = ''

  function failed(error: unknown): void {
    if (monotonic() < restUntil) return
    rest = Math.min(longestRest, Math.max(firstRest, 2 * rest))
    restUntil = monotonic() + rest
    reason = messageOf(error).slice(0, 300)
  }

  return async (_, ask) => {
    if (monotonic() < restUntil)
      throw new Error(`redisTokenStore: Redis is not asked for a short time after a failure (${reason})`)
    try {
      const answer = await within(answerWithinMs, ask())
      rest = 0
      return answer
    } catch (error) {
      // An error from Redis itself is a reply: the connection works.
      if (!isReply(error)) failed(error)
      throw error
    }
  }
}

/**
 * An error that came from the server, such as WRONGTYPE or OOM. One that says that the server is not ready counts as
 * unreachable.
 */
function isReply(error: unknown): boolean {
  const message = error instanceof Error ? error.message : ''
  return /^[A-Z][A-Z]+ /.test(message) && !/^(?:LOADING|CLUSTERDOWN|MASTERDOWN|MOVED|TRYAGAIN|READONLY) /.test(message)
}

/**
 * The answer, if it comes in time. A busy event loop fires the timer before it reads a reply that has already arrived, so what is there is
 * read first.
 */
async function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(new Error(`no reply within ${milliseconds} ms`))
    // Two turns: clients parse what was read in one, and settle their promises in the next.
    timer = setTimeout(() => nextTurn(() => nextTurn(giveUp)), Math.min(milliseconds, longestTimer))
    ;(timer as { unref?(): void }).unref?.()
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Calls back once the event loop has read what has arrived. */
function nextTurn(callback: () => void): void {
  ;(globalThis.setImmediate ?? setTimeout)(callback)
}
