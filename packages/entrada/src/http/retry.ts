import type { HttpAnswer } from './exchange.ts'
import { HttpFailure, isTransient } from './failure.ts'

export interface RetryPolicy {
  maxRetries: number
  /** The first pause, in milliseconds; each one after it is twice as long. */
  retryDelayInMs: number
  /** The longest pause; a server that asks for a longer one is not tried again. */
  maxRetryDelayInMs: number
}

export const defaultRetryPolicy: RetryPolicy = { maxRetries: 3, retryDelayInMs: 800, maxRetryDelayInMs: 64_000 }

const transientStatus: readonly number[] = [408, 429, 500, 502, 503, 504]

/** How a particular server's documentation says to retry, if that differs from the general rules. */
export interface RetryRule {
  isTransient(status: number): boolean
  /** Tries after the first, unless the caller says otherwise. Failures of the connection follow the general policy. */
  maxRetries: number
  /** The shortest first pause after this status, in milliseconds. */
  leastDelayInMs(status: number): number
}

export interface RetryOptions {
  policy: RetryPolicy
  rule?: RetryRule | undefined
  /** Whether an answer with a good status lacks what every such answer has, and so is worth another try. */
  isIncomplete?: ((answer: HttpAnswer) => boolean) | undefined
  signal: AbortSignal
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  onRetry(retry: { attempt: number; delayInMs: number; statusCode?: number; error?: unknown }): void
}

/**
 * Sends until there is an answer worth returning or the retries are used up: 408, 429, 500, 502, 503, 504 and failures
 * of the connection are tried again, unless a rule says otherwise. The last answer is returned whatever it is.
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

/** `undefined` for an answer worth returning, and after the last try. */
function pauseAfter(
  answer: HttpAnswer,
  attempt: number,
  { policy, rule, isIncomplete }: RetryOptions,
): number | undefined {
  const { status } = answer
  const isWorthARetry =
    isIncomplete?.(answer) === true || (rule?.isTransient(status) ?? transientStatus.includes(status))
  if (!isWorthARetry || attempt > (rule?.maxRetries ?? policy.maxRetries)) return undefined
  const leastDelayInMs = rule?.leastDelayInMs(status) ?? 0
  const pause = backoff(attempt, { ...policy, retryDelayInMs: Math.max(policy.retryDelayInMs, leastDelayInMs) })
  // A rule that sets a shortest pause is not overridden by a server that says "soon".
  const { retryAfterMs } = answer
  return leastDelayInMs > 0 ? Math.max(pause, retryAfterMs ?? 0) : (retryAfterMs ?? pause)
}

/** Doubles from the first pause, with a jitter of 20 % either way, so that a fleet does not retry in step. */
export function backoff(attempt: number, policy: RetryPolicy, random: () => number = Math.random): number {
  const jitter = 0.8 + 0.4 * random()
  return Math.min(policy.retryDelayInMs * 2 ** (attempt - 1) * jitter, policy.maxRetryDelayInMs)
}
