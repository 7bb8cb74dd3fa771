import type { Emit } from '../events.ts'
import type { Http } from '../http/client.ts'
import type { HttpAnswer } from '../http/exchange.ts'
import { describeFailure, HttpFailure } from '../http/failure.ts'
import { isEmpty, notFromImds, unavailable, unreachable } from './host-error.ts'

/** A connection that was made and then dropped, in the messages of Node, undici, Bun and Deno. */
const reset = /ECONNRESET|EPIPE|UND_ERR_SOCKET|connection (?:was )?reset|socket hang up|closed before message/i

/**
 * Finds out whether IMDS is here, with a request that lacks the header it requires: one request of at most `timeoutMs`
 * milliseconds, and a second one after an empty response. Resolves to `'answered'` unless the response came from
 * another server, or to `'reset'` if the connection was reset: an IMDS behind a proxy may reset a request without the
 * header. Rejects with `CredentialUnavailableError` if there is no IMDS.
 */
export async function probeImds(
  url: string,
  who: string,
  { http, emit, signal, timeoutMs }: { http: Http; emit: Emit; signal: AbortSignal; timeoutMs: number },
): Promise<'answered' | 'reset'> {
  const ask = (): Promise<HttpAnswer> =>
    http.send({ method: 'GET', url, headers: {} }, { signal, emit, probeTimeoutMs: timeoutMs })
  let answer: HttpAnswer
  try {
    answer = await ask()
    if (isEmpty(answer)) answer = await ask()
  } catch (error) {
    if (signal.aborted) throw error
    if (error instanceof HttpFailure && error.kind === 'network' && reset.test(describeFailure(error))) return 'reset'
    throw unreachable(who, { label: 'IMDS', isAssumed: true }, url, error)
  }
  const why = notFromImds(answer)
  if (why !== undefined) throw unavailable(who, `there is no IMDS at ${new URL(url).host}: ${why}.`)
  return 'answered'
}
