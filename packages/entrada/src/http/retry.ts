import type { HttpAnswer } from './exchange.ts'
import { HttpFailure, isTransient } from './failure.ts'

export interface RetryPolicy {
  maxRetries: number
  /** The first pause, in milliseconds; each one after it is twice as long. */
  retryDelayInMs: number
  /** No pause is longer; a server that asks for a longer one is not asked again. */
  maxRetryDelayInMs: number
}

export const defaultRetryPolicy: RetryPolicy = { maxRetries: 3, retryDelayInMs: 800, maxRetryDelayInMs: 64_000 }

const transientStatus: readonly number[] = [408, 429, 500, 502, 503, 504]

/** What a server's own guide says of retries, where it differs from everyone's. */
export interface RetryRule {
  isTransient(status: number): boolean
  /** Tries after the first, unless the caller says otherwise. Failures of the connection keep everyone's number. */
  maxRetries: number
  /** The least that the first pause after this status may be, in milliseconds. */
  leastDelayInMs(status: number): number
}

export interface RetryOptions {
  policy: RetryPolicy
  rule?: RetryRule | undefined
  signal: AbortSignal
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  onRetry(retry: { attempt: number; delayInMs: number; statusCode?: number; error?: unknown }): void
}

/**
 * Sends until there is an answer that is worth giving back, or the retries are used up: 408, 429, 500, 502, 503, 504
 * and failures of the connection are tried again, unless a rule says otherwise. The last answer is given back whatever
 * it is.
 */
export async function withRetry(send: () => Promise<HttpAnswer>, options: RetryOptions): Promise<HttpAnswer> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await send().catch((error: unknown) => {
      if (error instanceof HttpFailure && isTransient(error)) return error
      throw error
    })
    const isFailure = outcome instanceof HttpFailure
    const delayInMs = isFailure ? pauseAfterFailure(attempt, options) : pauseAfter(outcome, attempt, options)
    if (delayInMs === undefined || delayInMs > options.policy.maxRetryDelayInMs) {
      if (isFailure) throw outcome
      return outcome
    }
    options.onRetry({ attempt, delayInMs, ...(isFailure ? { error: outcome } : { statusCode: outcome.status }) })
    await options.sleep(delayInMs, options.signal)
  }
}

function pauseAfterFailure(attempt: number, { policy }: RetryOptions): number | undefined {
  return attempt > policy.maxRetries ? undefined : backoff(attempt, policy)
}

/** `undefined` for an answer that is worth giving back, and after the last try. */
function pauseAfter(answer: HttpAnswer, attempt: number, { policy, rule }: RetryOptions): number | undefined {
  const { status, retryAfterMs } = answer
  const isWorthARetry = rule?.isTransient(status) ?? transientStatus.includes(status)
  if (!isWorthARetry || attempt > (rule?.maxRetries ?? policy.maxRetries)) return undefined
  const leastDelayInMs = rule?.leastDelayInMs(status) ?? 0
  const pause = backoff(attempt, { ...policy, retryDelayInMs: Math.max(policy.retryDelayInMs, leastDelayInMs) })
  // A rule that says how long to go on for is not cut short by a server that says "soon".
  return leastDelayInMs > 0 ? Math.max(pause, retryAfterMs ?? 0) : (retryAfterMs ?? pause)
}

/** Doubling from the first pause, with a jitter of a fifth either way, so that a fleet does not knock as one. */
export function backoff(attempt: number, policy: RetryPolicy, random: () => number = Math.random): number {
  const jitter = 0.8 + 0.4 * random()
  return Math.min(policy.retryDelayInMs * 2 ** (attempt - 1) * jitter, policy.maxRetryDelayInMs)
}
