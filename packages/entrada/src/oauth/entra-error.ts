import { AuthenticationError, AuthenticationRequiredError, type ErrorResponse } from '../errors.ts'
import type { HttpAnswer } from '../http/exchange.ts'
import { oneLine } from '../runtime/one-line.ts'
import { mendFor } from './mends.ts'
import { parseObject } from './token-response.ts'

/** A refusal of the token endpoint, and what is needed to say it well. */
export interface Refusal {
  credential: string
  answer: HttpAnswer
  scopes: readonly string[]
  /** Takes the secrets of the request out of a text, should the server repeat them. */
  redact(text: string): string
}

/** What Entra ID says when a person has to act (OpenID Connect Core, 3.1.2.6, and Entra's suberrors). */
const interactive: readonly string[] = ['interaction_required', 'consent_required', 'login_required']
const interactiveSuberrors: readonly string[] = [
  'basic_action',
  'additional_action',
  'message_only',
  'consent_required',
  'user_password_expired',
]

/**
 * The error of a refused token request, read whole: AADSTS codes, trace and correlation id, time stamp, suberror and
 * claims. Those that only a person can resolve become `AuthenticationRequiredError`.
 */
export function refusalError(refusal: Refusal): AuthenticationError | AuthenticationRequiredError {
  const { credential } = refusal
  const { status: statusCode, text, retryAfterMs: retryAfterInMs } = refusal.answer
  const body = parseObject(text)
  const errorResponse = readErrorResponse(body, refusal)
  const mend = mendFor(errorResponse.errorCodes ?? [], errorResponse.error, statusCode)
  const claims = typeof body?.claims === 'string' && body.claims !== '' ? body.claims : undefined
  const what = `${credential}: Microsoft Entra ID refused the request with ${oneLine(errorResponse.error, 100)} (HTTP ${statusCode}): ${sentence(errorResponse.errorDescription)}`
  const message = mend === undefined ? what : `${what} ${mend}`
  const details = { message, mend, claims }
  const { error, suberror } = errorResponse
  if (claims !== undefined || interactive.includes(error) || interactiveSuberrors.includes(suberror ?? '')) {
    return new AuthenticationRequiredError({ ...details, scopes: [...refusal.scopes], statusCode, errorResponse })
  }
  return new AuthenticationError(statusCode, errorResponse, { ...details, retryAfterInMs })
}

/** The error of an answer that says yes and holds no token that could be used. */
export function noTokenError(credential: string, url: string, reason: string): AuthenticationError {
  const mend = 'Check authorityHost, and what stands between it and this program.'
  const message = `${credential}: ${new URL(url).host} gave no token (HTTP 200): ${reason}. ${mend}`
  return new AuthenticationError(200, { error: 'invalid_response', errorDescription: message }, { message, mend })
}

function readErrorResponse(body: Record<string, unknown> | undefined, refusal: Refusal): ErrorResponse {
  const { redact } = refusal
  const { status: statusCode } = refusal.answer
  const text = (name: string): string | undefined => {
    const value = body?.[name]
    return typeof value === 'string' ? redact(value).slice(0, 2000) : undefined
  }
  const codes = Array.isArray(body?.error_codes) ? body.error_codes.filter((code) => Number.isSafeInteger(code)) : []
  const given = {
    suberror: text('suberror'),
    timestamp: text('timestamp'),
    traceId: text('trace_id'),
    correlationId: text('correlation_id'),
  }
  return {
    error: text('error') ?? (statusCode >= 500 ? 'server_error' : 'unknown_error'),
    errorDescription:
      text('error_description') ??
      'The answer is not an error of Entra ID. A proxy or another server may have given it.',
    ...(codes.length > 0 ? { errorCodes: codes as number[] } : {}),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  }
}

/** The description's first part, in one line: what follows it are ids, which stand in `errorResponse`. */
function sentence(description: string): string {
  const [first = ''] = description.split(/\s*(?:Trace ID:|\r?\n)/, 1)
  const clean = oneLine(first, 600)
  return /[.!?]$/.test(clean) ? clean : `${clean}.`
}
