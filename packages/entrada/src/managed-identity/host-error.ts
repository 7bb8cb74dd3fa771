import { AuthenticationError, CredentialUnavailableError } from '../errors.ts'
import type { HttpAnswer } from '../http/exchange.ts'
import { describeFailure } from '../http/failure.ts'
import { parseObject } from '../oauth/token-response.ts'
import { oneLine } from '../runtime/one-line.ts'
import type { IdentityHost } from './host.ts'

const elsewhere = 'Run on Azure with a managed identity, or use another credential here.'

/** This is no place with managed identities, or not with this one. */
export function unavailable(
  who: string,
  what: string,
  mend: string = elsewhere,
  cause?: unknown,
): CredentialUnavailableError {
  return new CredentialUnavailableError(`${who}: ${what} ${mend}`, { mend, cause })
}

/** No answer came, or none that could be read. */
export function unreachable(who: string, label: string, url: string, error: unknown): CredentialUnavailableError {
  const { host } = new URL(url)
  const what = `${label} at ${host} could not be reached: ${oneLine(describeFailure(error), 300)}.`
  return unavailable(who, what, elsewhere, (error as Error).cause ?? error)
}

/** The error of an answer that says no. */
export function refusal(
  who: string,
  host: IdentityHost,
  answer: HttpAnswer,
): AuthenticationError | CredentialUnavailableError {
  const { status, text, retryAfterMs: retryAfterInMs } = answer
  const { error, description } = readWords(text, host.secrets)
  const said = description === '' ? '' : ` ${/[.!?]$/.test(description) ? description : `${description}.`}`
  if (host.isNoIdentity?.(status) === true) {
    const mend = 'Assign the identity to this machine, and check clientId, objectId or resourceId.'
    return unavailable(
      who,
      `${host.label} has no such identity (HTTP ${status}):${said || ' it gave no reason.'}`,
      mend,
    )
  }
  if (isUnreachable(answer)) return unavailable(who, `${host.label} is unreachable (HTTP ${status}):${said}`)
  const other = host.isSharedAddress === true ? stranger(answer) : undefined
  if (other !== undefined) return unavailable(who, `there is no ${host.label} here: ${other}.`)
  const mend = mendFor(status)
  const message = `${who}: ${host.label} refused the request with ${error} (HTTP ${status}).${said} ${mend}`
  const response = { error, errorDescription: description || message }
  return new AuthenticationError(status, response, { message, mend, retryAfterInMs })
}

function mendFor(status: number): string {
  if (status === 429 || status >= 500) return 'Try again later.'
  return 'Check that the identity is assigned here, and its id.'
}

/** Hosts word their refusals in four ways. What they repeat of a secret or a token is taken out. */
function readWords(text: string, secrets: readonly string[]): { error: string; description: string } {
  const body = parseObject(text)
  const nested = typeof body?.error === 'object' && body.error !== null ? (body.error as Record<string, unknown>) : body
  const clean = (value: unknown, longest: number): string => {
    let words = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
    for (const secret of secrets) {
      words = words.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***')
    }
    return oneLine(words.replace(/ey[\w-]{10,}\.[\w.-]+/g, '***'), longest)
  }
  const error = clean(typeof body?.error === 'string' ? body.error : nested?.code, 100)
  const description = clean(
    body?.error_description ??
      nested?.message ??
      body?.Message ??
      (body === undefined && !/^\s*</.test(text) ? text : ''),
    400,
  )
  return { error: error || 'managed_identity_error', description }
}

/**
 * Why an answer from the address of IMDS can't be of IMDS, which gives JSON, or nothing, and does not answer with a good
 * status where there is no token to give. Firewalls, captive portals and other clouds' metadata services answer there too.
 */
export function stranger(answer: HttpAnswer): string | undefined {
  const { status, text } = answer
  if (isUnreachable(answer)) return `the network says that it is unreachable (HTTP ${status})`
  if (parseObject(text) !== undefined) return undefined
  // A stand-in may say in plain words that the header is missing.
  const isPlausible = text.trim() === '' ? status >= 400 : status === 400 && !/^\s*</.test(text)
  return isPlausible ? undefined : `another server answered (HTTP ${status})`
}

/** Docker Desktop's answer for addresses that it has no way to. */
function isUnreachable({ status, text }: HttpAnswer): boolean {
  return status === 403 && /unreachable/i.test(text)
}
