import { AuthenticationError, CredentialUnavailableError, type ProblemKind } from '../errors.ts'
import type { HttpAnswer } from '../http/exchange.ts'
import { describeFailure, HttpFailure } from '../http/failure.ts'
import { parseObject } from '../oauth/token-response.ts'
import { longestForeignText, oneLine, sentence } from '../runtime/one-line.ts'
import { withoutSecrets } from '../runtime/secrets-in-text.ts'
import type { IdentityEndpoint } from './identity-endpoint.ts'

const elsewhere = 'Run on Azure with a managed identity, or use another credential here.'

/** The error for a place without managed identities, or without this one. */
export function unavailable(
  who: string,
  what: string,
  remedy: string = elsewhere,
  cause?: unknown,
  kind?: ProblemKind,
): CredentialUnavailableError {
  return new CredentialUnavailableError({ who, reason: what, remedy, kind }, { cause })
}

/** Failures that a response caused. One with a good status that was not read to its end is such a response too. */
const hasAnswered: readonly HttpFailure['kind'][] = ['redirect', 'too-large', 'malformed']

/** The error for a request without a readable response. */
export function unreachable(
  who: string,
  endpoint: Pick<IdentityEndpoint, 'label' | 'isAssumed'>,
  url: string,
  error: unknown,
): AuthenticationError | CredentialUnavailableError {
  const { label } = endpoint
  const isAnswer = error instanceof HttpFailure && (hasAnswered.includes(error.kind) || error.status === 200)
  // Somebody answered, so a chain must not go on to another identity.
  if (isAnswer && endpoint.isAssumed !== true) {
    return badAnswer(who, { label, status: error.status }, '', error.message)
  }
  const { host } = new URL(url)
  const failed = isAnswer ? 'gave no usable answer' : 'could not be reached'
  const what = `${label} at ${host} ${failed}: ${sentence(oneLine(describeFailure(error), 300))}`
  return unavailable(who, what, elsewhere, (error as Error).cause ?? error)
}

/**
 * The error for a successful response without a usable token. If a variable named the host, or the response is a token
 * response, the host exists and has failed, so a chain must not go on to another identity. At an address that was only
 * assumed, some other server may have answered.
 */
export function badAnswer(
  who: string,
  endpoint: Pick<IdentityEndpoint, 'label' | 'isAssumed'> & { status?: number | undefined },
  text: string,
  fault: string,
): AuthenticationError | CredentialUnavailableError {
  const reason = `${endpoint.label} returned no token: ${sentence(fault)}`
  const isTokenAnswer = parseObject(text)?.access_token !== undefined
  if (endpoint.isAssumed === true && !isTokenAnswer) return unavailable(who, reason)
  const remedy = 'Check what is listening there, and try again.'
  return new AuthenticationError(endpoint.status || 200, { error: 'invalid_response' }, { who, reason, remedy })
}

/** The error for a refusal. */
export function refusal(
  who: string,
  endpoint: IdentityEndpoint,
  answer: HttpAnswer,
): AuthenticationError | CredentialUnavailableError {
  const { status, text, retryAfterMs: retryAfterInMs } = answer
  const { error, description } = readWords(text, endpoint.secrets)
  const details = description === '' ? '' : ` ${sentence(description)}`
  if (endpoint.isNoIdentity?.(status) === true) {
    const remedy = 'Assign the identity to this machine, and check clientId, objectId or resourceId.'
    return unavailable(
      who,
      `${endpoint.label} has no such identity (HTTP ${status}):${details || ' it gave no reason.'}`,
      remedy,
      undefined,
      'no-such-identity',
    )
  }
  if (isUnreachable(answer)) return unavailable(who, `${endpoint.label} is unreachable (HTTP ${status}):${details}`)
  const whyNotImds = endpoint.isSharedAddress === true ? notFromImds(answer) : undefined
  if (whyNotImds !== undefined) return unavailable(who, `there is no ${endpoint.label} here: ${whyNotImds}.`)
  const remedy = remedyFor(status)
  const problem = {
    who,
    reason: `${endpoint.label} refused the request with ${error} (HTTP ${status}).${details}`,
    remedy,
  }
  const response = description === '' ? { error } : { error, errorDescription: description }
  return new AuthenticationError(status, response, { ...problem, retryAfterInMs })
}

function remedyFor(status: number): string {
  if (status === 429 || status >= 500) return 'Try again later.'
  return 'Check that the identity is assigned here, and its id.'
}

/** Hosts report a refusal in four different ways. Secrets and tokens that they repeat are removed. */
function readWords(text: string, secrets: readonly string[]): { error: string; description: string } {
  const body = parseObject(text)
  const nested = typeof body?.error === 'object' && body.error !== null ? (body.error as Record<string, unknown>) : body
  const clean = (value: unknown, longest: number): string => {
    const words = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
    return oneLine(withoutSecrets(words, secrets), longest)
  }
  const error = clean(typeof body?.error === 'string' ? body.error : nested?.code, 100)
  const description = clean(
    body?.error_description ?? nested?.message ?? body?.Message ?? (body === undefined && !isMarkup(text) ? text : ''),
    400,
  )
  return { error: error || 'managed_identity_error', description }
}

/**
 * Why a response from the address of IMDS cannot come from IMDS: that service sends JSON or nothing, and never a
 * successful status without a token. Firewalls, captive portals and other clouds' metadata services answer at this
 * address too.
 */
export function notFromImds(answer: HttpAnswer): string | undefined {
  const { status, text } = answer
  if (isUnreachable(answer)) return `the network says that it is unreachable (HTTP ${status})`
  if (parseObject(text) !== undefined) return undefined
  // An IMDS emulator may say in plain text that the header is missing.
  const isPlausible = text.trim() === '' ? status >= 400 : status === 400 && !isMarkup(text)
  return isPlausible ? undefined : `another server answered (HTTP ${status})`
}

/** Hosts under load send a successful status with an empty body; a retry usually succeeds. */
export function isEmpty({ status, text }: HttpAnswer): boolean {
  return status === 200 && text.trim() === ''
}

/** Docker Desktop's response for addresses that it has no route to. */
function isUnreachable({ status, text }: HttpAnswer): boolean {
  return status === 403 && /unreachable/i.test(text.slice(0, longestForeignText))
}

function isMarkup(text: string): boolean {
  return /^\s*</.test(text.slice(0, longestForeignText))
}
