import { AuthenticationError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { Http } from '../http/client.ts'
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts'
import { HttpFailure } from '../http/failure.ts'
import { requestRedaction } from '../http/request-secrets.ts'
import { oneLine, sentence } from '../runtime/one-line.ts'
import { withoutSecrets } from '../runtime/secrets-in-text.ts'

/** A request to a platform that issues OIDC tokens over HTTP. */
export interface OidcRequest {
  /** Name of the credential, with which every message begins. */
  credential: string
  http: Http
  emit: Emit
  request: HttpRequest
  /** The field of the response that holds the token. */
  field: string
  /** What to do about a refusal. */
  remedy: string
  signal: AbortSignal
}

/**
 * Requests an OIDC token from a platform. For a refusal, or a response without a token, rejects with an
 * `AuthenticationError` that has the status and the response's tracing headers.
 */
export async function requestOidcToken(options: OidcRequest): Promise<string> {
  const { credential, request, field, remedy } = options
  const answer = await send(options)
  const host = new URL(request.url).host
  const token = answer.status === 200 ? fieldOf(answer.text, field) : undefined
  if (token !== undefined) return token
  const why = answer.status === 200 ? `its response has no ${field}` : `HTTP ${answer.status}`
  const reason = `${host} returned no OIDC token: ${why}.${words(answer, request)}${tracing(answer, request)}`
  throw new AuthenticationError(answer.status, { error: 'oidc_request_failed' }, { who: credential, reason, remedy })
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

function fieldOf(text: string, field: string, pattern = /^[\x21-\x7e]+$/): string | undefined {
  try {
    const value = (JSON.parse(text) as Record<string, unknown> | null)?.[field]
    return typeof value === 'string' && pattern.test(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The platform's own message as a sentence: Azure DevOps sends JSON, a gateway perhaps plain text. */
function words({ text }: HttpAnswer, request: HttpRequest): string {
  const message = ['message', 'error_description'].map((name) => fieldOf(text, name, /\S/)).find((found) => found)
  const plain = /^\s*[<{[]/.test(text) ? '' : text
  const clean = oneLine(withoutSecrets(requestRedaction(request)(message ?? plain)), 400)
  return clean === '' ? '' : ` ${sentence(clean)}`
}

/** The headers that the platform's support team asks for. */
function tracing({ header }: HttpAnswer, request: HttpRequest): string {
  const redact = requestRedaction(request)
  const found = ['x-vss-e2eid', 'x-msedge-ref', 'x-github-request-id'].flatMap((name) => {
    const value = redact(header(name) ?? '')
      .replace(/[^\w.:;= -]/g, '')
      .slice(0, 200)
    return value ? [`${name}: ${value}`] : []
  })
  return found.length > 0 ? ` (${found.join(', ')})` : ''
}
