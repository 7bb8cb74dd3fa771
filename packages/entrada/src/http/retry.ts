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

export interface RetryOptions {
  policy: RetryPolicy
  signal: AbortSignal
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  onRetry(retry: { attempt: number; delayInMs: number; statusCode?: number; error?: unknown }): void
}

/**
 * Sends until there is an answer that is worth giving back, or the retries are used up: 408, 429, 500, 502, 503, 504
 * and failures of the connection are tried again. The last answer is given back whatever it is.
 */
export async function withRetry(send: () => Promise<HttpAnswer>, options: RetryOptions): Promise<HttpAnswer> {
  const { policy, signal } = options
  for (let attempt = 1; ; attempt++) {
    const outcome = await send().catch((error: unknown) => {
      if (error instanceof HttpFailure && isTransient(error)) return error
      throw error
    })
    const isFailure = outcome instanceof HttpFailure
    const isFinal = attempt > policy.maxRetries || (!isFailure && !transientStatus.includes(outcome.status))
    const delayInMs = isFailure ? backoff(attempt, policy) : (outcome.retryAfterMs ?? backoff(attempt, policy))
    if (isFinal || delayInMs > policy.maxRetryDelayInMs) {
      if (isFailure) throw outcome
      return outcome
    }
    options.onRetry({ attempt, delayInMs, ...(isFailure ? { error: outcome } : { statusCode: outcome.status }) })
    await options.sleep(delayInMs, signal)
  }
}

/** Doubling from the first pause, with a jitter of a fifth either way, so that a fleet does not knock as one. */
export function backoff(attempt: number, policy: RetryPolicy, random: () => number = Math.random): number {
  const jitter = 0.8 + 0.4 * random()
  return Math.min(policy.retryDelayInMs * 2 ** (attempt - 1) * jitter, policy.maxRetryDelayInMs)
}
