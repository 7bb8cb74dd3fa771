/** How a store that fails is spared: after a failure it is left alone for a time that doubles. */
export interface PatienceOptions {
  /** How long an answer is waited for, in milliseconds. */
  answerWithinMs: number
  now: () => number
}

/** The first rest after a failure, and the longest, in milliseconds. */
const firstRest = 500
const longestRest = 15_000

/**
 * Calls a server that may be away. While it is, calls fail at once, and none piles up in the client's queue; the first
 * one after the rest tries again, and an answer ends it all.
 */
export function createPatience({ answerWithinMs, now }: PatienceOptions): <T>(ask: () => Promise<T>) => Promise<T> {
  let rest = 0
  let restUntil = 0
  let reason = ''

  function failed(error: unknown): void {
    if (now() < restUntil) return
    rest = Math.min(longestRest, Math.max(firstRest, 2 * rest))
    restUntil = now() + rest
    reason = error instanceof Error ? error.message : String(error)
  }

  return async (ask) => {
    if (now() < restUntil) throw new Error(`redisTokenStore: Redis is left alone until it is asked again (${reason})`)
    try {
      const answer = await within(answerWithinMs, ask())
      rest = 0
      return answer
    } catch (error) {
      // What Redis itself said is an answer: the connection is sound.
      if (!isReply(error)) failed(error)
      throw error
    }
  }
}

/** An error that came from the server, such as WRONGTYPE or OOM. One that says it is not ready counts as away. */
function isReply(error: unknown): boolean {
  const message = error instanceof Error ? error.message : ''
  return /^[A-Z][A-Z]+ /.test(message) && !/^(?:LOADING|CLUSTERDOWN|MASTERDOWN|MOVED|TRYAGAIN|READONLY) /.test(message)
}

async function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds)
    ;(timer as { unref?(): void }).unref?.()
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
