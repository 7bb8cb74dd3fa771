import type { Emit } from '../events.ts'
import type { HttpAnswer } from '../http/exchange.ts'
import type { Http } from '../http/http.ts'
import { stranger, unavailable, unreachable } from './host-error.ts'

/**
 * Finds out whether IMDS is here, without a header that it would answer with a token: one request of a second. Any answer
 * but another server's counts. Rejects with `CredentialUnavailableError` where there is none.
 */
export async function probeImds(
  url: string,
  who: string,
  { http, emit, signal }: { http: Http; emit: Emit; signal: AbortSignal },
): Promise<void> {
  let answer: HttpAnswer
  try {
    answer = await http.send({ method: 'GET', url, headers: {} }, { signal, emit, probeTimeoutMs: 1_000 })
  } catch (error) {
    if (signal.aborted) throw error
    throw unreachable(who, 'IMDS', url, error)
  }
  const why = stranger(answer)
  if (why !== undefined) throw unavailable(who, `there is no IMDS at ${new URL(url).host}: ${why}.`)
}
