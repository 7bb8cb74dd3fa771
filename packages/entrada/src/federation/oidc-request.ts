import { AuthenticationError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts'
import { HttpFailure } from '../http/failure.ts'
import type { Http } from '../http/http.ts'

/** A platform that gives out OIDC tokens over HTTP. */
export interface OidcRequest {
  /** Name of the credential, which begins every message. */
  credential: string
  http: Http
  emit: Emit
  request: HttpRequest
  /** The field of the answer that holds the token. */
  field: string
  /** What to do about a refusal. */
  mend: string
  signal: AbortSignal
}

/**
 * Asks a platform for an OIDC token. Rejects with `AuthenticationError` with the status and the answer's tracing headers
 * for a refusal, or an answer without a token.
 */
export async function requestOidcToken(options: OidcRequest): Promise<string> {
  const { credential, request, field, mend } = options
  const answer = await send(options)
  const host = new URL(request.url).host
  const token = answer.status === 200 ? fieldOf(answer.text, field) : undefined
  if (token !== undefined) return token
  const why = answer.status === 200 ? `its answer has no ${field}` : `HTTP ${answer.status}`
  const message = `${credential}: ${host} gave no OIDC token: ${why}.${tracing(answer)} ${mend}`
  throw new AuthenticationError(
    answer.status,
    { error: 'oidc_request_failed', errorDescription: message },
    { message, mend },
  )
}

async function send({ credential, http, request, signal, emit }: OidcRequest): Promise<HttpAnswer> {
  try {
    return await http.send(request, { signal, emit })
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    const { networkError } = await import('../http/network-error.ts')
    throw networkError(credential, request.url, error)
  }
}

function fieldOf(text: string, field: string): string | undefined {
  try {
    const value = (JSON.parse(text) as Record<string, unknown> | null)?.[field]
    return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The headers that the platform's support asks for. */
function tracing({ header }: HttpAnswer): string {
  const found = ['x-vss-e2eid', 'x-msedge-ref', 'x-github-request-id'].flatMap((name) => {
    const value = header(name)
      ?.replace(/[^\w.:;= -]/g, '')
      .slice(0, 200)
    return value ? [`${name}: ${value}`] : []
  })
  return found.length > 0 ? ` (${found.join(', ')})` : ''
}
