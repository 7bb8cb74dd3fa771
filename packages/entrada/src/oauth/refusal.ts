import type { ErrorResponse } from '../error-response.ts'
import { AuthenticationError, AuthenticationRequiredError } from '../errors.ts'
import type { HttpAnswer } from '../http/exchange.ts'
import { oneLine, sentence } from '../runtime/one-line.ts'
import { type Redaction, redactionOf } from './redaction.ts'
import { remedyFor } from './remedies.ts'
import { parseObject } from './token-response.ts'

/** A refusal from the token endpoint, and what is needed to describe it. */
export interface Refusal {
  credential: string
  answer: Pick<HttpAnswer, 'status' | 'text' | 'retryAfterMs'>
  scopes: readonly string[]
  /** What was sent. If the server repeats its secrets, they are removed from the response. */
  form: URLSearchParams
  /** Where it was sent. */
  url?: string
}

/** The errors with which Entra ID asks for a person (OpenID Connect Core, 3.1.2.6, and Entra's suberrors). */
const interactive: readonly string[] = ['interaction_required', 'consent_required', 'login_required']
const interactiveSuberrors: readonly string[] = [
  'basic_action',
  'additional_action',
  'message_only',
  'consent_required',
  'user_password_expired',
]

/**
 * The error for a refused token request, with everything in it: AADSTS codes, trace and correlation id, time stamp,
 * suberror and claims. A refusal that only a person can resolve becomes an `AuthenticationRequiredError`. The response
 * is parsed as it arrived, and only what is passed on is redacted: a secret that happens to be a protocol word must not
 * make the refusal unreadable.
 */
export function refusalError(refusal: Refusal): AuthenticationError | AuthenticationRequiredError {
  const { credential, form, url } = refusal
  const { status: statusCode, text, retryAfterMs: retryAfterInMs } = refusal.answer
  const read = readRefusal(parseObject(text), statusCode)
  const isInteractive =
    read.claims !== undefined ||
    interactive.includes(read.errorResponse.error) ||
    interactiveSuberrors.includes(read.errorResponse.suberror ?? '')
  const { errorResponse, claims } = redacted(read, redactionOf(form, url))
  const { error, errorCodes = [], errorDescription } = errorResponse
  const remedy = remedyFor(errorCodes, read.errorResponse.error, statusCode, { credential, form })
  const reason = `Microsoft Entra ID refused the request with ${oneLine(error, 100)} (HTTP ${statusCode}): ${firstSentences(errorDescription)}`
  const details = { who: credential, reason, remedy, claims }
  if (isInteractive) {
    return new AuthenticationRequiredError({ ...details, scopes: [...refusal.scopes], statusCode, errorResponse })
  }
  return new AuthenticationError(statusCode, errorResponse, { ...details, retryAfterInMs })
}

/** The user is not in this tenant, and another grant would not change that. */
const notInTenant: readonly number[] = [50020, 50034, 51004]

/**
 * Whether Entra ID says that a refresh token has expired, was revoked or is used up. It uses the same error for what
 * only a person can resolve, such as missing consent, and for problems with the tenant; after those the token is as
 * good as before.
 */
export function isInvalidGrant(error: unknown): boolean {
  if (!(error instanceof AuthenticationError) || error.errorResponse.error !== 'invalid_grant') return false
  return !error.errorResponse.errorCodes?.some((code) => notInTenant.includes(code))
}

/** The error for a successful response that contains no usable token. */
export function noTokenError(credential: string, url: string, reason: string): AuthenticationError {
  const remedy = 'Check authorityHost, and any proxy or gateway on the way to it.'
  const problem = { who: credential, reason: `${new URL(url).host} returned no token (HTTP 200): ${reason}.`, remedy }
  return new AuthenticationError(200, { error: 'invalid_response' }, problem)
}

interface ReadRefusal {
  errorResponse: ErrorResponse
  /** The claims challenge, as JSON. */
  claims: string | undefined
}

/** Reads the body of a refusal (RFC 6749, 5.2, with the fields that Entra ID adds). */
function readRefusal(body: Record<string, unknown> | undefined, statusCode: number): ReadRefusal {
  const text = (name: string): string | undefined => {
    const value = body?.[name]
    return typeof value === 'string' ? value : undefined
  }
  const description = text('error_description')
  const listed: unknown[] = Array.isArray(body?.error_codes) ? body.error_codes : []
  const whole = listed.filter((code): code is number => Number.isSafeInteger(code))
  // A gateway that makes the response anew may have emptied the list, or made texts of the numbers.
  const codes = whole.length > 0 ? whole : codesIn(description ?? '')
  const given = {
    suberror: text('suberror'),
    timestamp: text('timestamp'),
    traceId: text('trace_id'),
    correlationId: text('correlation_id'),
  }
  const errorResponse = {
    error: text('error') ?? (statusCode >= 500 ? 'server_error' : 'unknown_error'),
    errorDescription:
      description ?? 'The response is not an Entra ID error. A proxy or another server may have sent it.',
    ...(codes.length > 0 ? { errorCodes: codes } : {}),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  }
  return { errorResponse, claims: text('claims') || undefined }
}

/** The AADSTS codes in a description, for responses that do not list them, such as the authorization endpoint's. */
function codesIn(description: string): number[] {
  return [...description.slice(0, 2000).matchAll(/AADSTS(\d{4,9})/g)].map(([, code]) => Number(code))
}

/** The same without the secrets of the request, each text cut to 2,000 characters. */
function redacted({ errorResponse, claims }: ReadRefusal, redaction: Redaction): ReadRefusal {
  const fields = Object.entries(errorResponse).map(([name, value]) => {
    return [name, typeof value === 'string' ? redaction.text(value).slice(0, 2000) : value]
  })
  return { errorResponse: Object.fromEntries(fields), claims: claims && redaction.claims(claims) }
}

/** The description's first part, on one line: what follows are ids, which are in `errorResponse`. */
function firstSentences(description: string): string {
  const [first = ''] = description.split(/Trace ID:|[\r\n]/, 1)
  return sentence(oneLine(first, 600))
}
