import { AuthenticationError, type ErrorResponse } from '../errors.ts'
import { claimsParameter } from '../oauth/claims.ts'
import { refusalError } from '../oauth/entra-error.ts'
import { type Grant, userScopes } from '../oauth/grants.ts'
import { postForm, requestUserToken, type TokenEndpoint, type UserGrantAnswer } from '../oauth/token-endpoint.ts'
import { parseObject } from '../oauth/token-response.ts'
import { type DeviceCode, type DeviceCodePrompt, readDeviceCode } from './device-code-answer.ts'

export type { DeviceCodePrompt }

export interface DeviceCodeRequest {
  endpoint: TokenEndpoint
  tenantId: string
  scopes: readonly string[]
  claims: string | undefined
  enableCae: boolean
  signal: AbortSignal
  /** Shows the code to the person. What it throws ends the sign-in. */
  show(prompt: DeviceCodePrompt): void | Promise<void>
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** What `slow_down`, or an answer that did not come, adds to the interval (RFC 8628, 3.5), in milliseconds. */
const slower = 5_000

/**
 * Signs a person in who has a browser elsewhere (RFC 8628): shows them a code, and asks for their token at the server's
 * interval until they have signed in. Rejects with `AuthenticationError`: `expired_token` where nobody did in time,
 * `authorization_declined` where they said no.
 */
export async function signInWithDeviceCode(request: DeviceCodeRequest): Promise<UserGrantAnswer> {
  const code = await requestCode(request)
  const polling = new AbortController()
  const stop = (): void => polling.abort(request.signal.reason)
  request.signal.addEventListener('abort', stop)
  try {
    if (request.signal.aborted) stop()
    const { deviceCode, life, interval, ...prompt } = code
    const shown = Promise.resolve(request.show(prompt))
    // Whoever shows it may take as long as the sign-in does; only its failure counts.
    const failed = shown.then(() => new Promise<never>(() => undefined))
    return await Promise.race([poll(request, code, polling.signal), failed])
  } finally {
    request.signal.removeEventListener('abort', stop)
    polling.abort()
  }
}

async function requestCode({
  endpoint,
  tenantId,
  scopes,
  claims,
  enableCae,
  signal,
}: DeviceCodeRequest): Promise<DeviceCode> {
  const { authority, credential, clientId, now } = endpoint
  const path = tenantId === 'adfs' ? 'adfs/oauth2/devicecode' : `${tenantId}/oauth2/v2.0/devicecode`
  const form = new URLSearchParams({ client_id: clientId, scope: [...scopes, ...userScopes].join(' ') })
  const asked = claimsParameter(claims, enableCae, credential)
  if (asked !== undefined) form.set('claims', asked)
  const requestedAt = now()
  const answer = await postForm(endpoint, `${authority}/${path}`, form, signal)
  if (answer.status !== 200) throw refusalError({ credential, answer, scopes, redact: (text) => text })
  const code = readDeviceCode(parseObject(answer.text), requestedAt)
  if (code !== undefined) return code
  const mend = 'Check authorityHost, and what stands between it and this program.'
  const message = `${credential}: ${new URL(authority).host} gave no device code that can be used. ${mend}`
  throw new AuthenticationError(200, { error: 'invalid_response', errorDescription: message }, { message, mend })
}

async function poll(request: DeviceCodeRequest, code: DeviceCode, signal: AbortSignal): Promise<UserGrantAnswer> {
  const { endpoint, sleep } = request
  let { interval } = code
  let waited = 0
  for (;;) {
    signal.throwIfAborted()
    await sleep(interval, signal)
    signal.throwIfAborted()
    waited += interval
    // By the clock, and by what was waited: a clock that stands still must not make the polls endless.
    if (endpoint.now() >= code.expiresOnTimestamp || waited > code.life) throw expired(request, undefined)
    try {
      return await requestUserToken(endpoint, deviceCodeGrant(code.deviceCode), { ...request, signal })
    } catch (error) {
      switch (nextStep(error, signal)) {
        case 'again':
          break
        case 'slower':
          interval += slower
          break
        case 'expired':
          throw expired(request, error)
        case 'declined':
          throw declined(request, error)
        case 'failed':
          throw error
      }
    }
  }

  function expired({ endpoint: { credential } }: DeviceCodeRequest, cause: unknown): AuthenticationError {
    const mend = 'Ask again, and sign in while the code is valid.'
    return ended(
      cause,
      'expired_token',
      `${credential}: the device code has expired before anybody signed in. ${mend}`,
      mend,
    )
  }

  function declined({ endpoint: { credential } }: DeviceCodeRequest, cause: unknown): AuthenticationError {
    const mend = 'Ask again, and confirm the sign-in.'
    return ended(
      cause,
      'authorization_declined',
      `${credential}: the sign-in was declined on the other device. ${mend}`,
      mend,
    )
  }
}

/** A device's question whether its user has signed in (RFC 8628, 3.4). */
function deviceCodeGrant(code: string): Grant {
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  return { fields: { grant_type, device_code: code }, scopes: userScopes }
}

type Step = 'again' | 'slower' | 'expired' | 'declined' | 'failed'

/** What an answer to a poll means (RFC 8628, 3.5; Microsoft's page on the device code flow). */
function nextStep(error: unknown, signal: AbortSignal): Step {
  if (!(error instanceof AuthenticationError) || signal.aborted) return 'failed'
  const { error: said, errorCodes = [] } = error.errorResponse
  if (said === 'authorization_pending') return 'again'
  if (said === 'slow_down') return 'slower'
  if (said === 'expired_token' || said === 'code_expired' || errorCodes.includes(70019)) return 'expired'
  if (said === 'authorization_declined' || said === 'access_denied') return 'declined'
  const isTransient = error.statusCode === 0 || error.statusCode === 429 || error.statusCode >= 500
  return isTransient ? 'slower' : 'failed'
}

function ended(cause: unknown, error: string, message: string, mend: string): AuthenticationError {
  const given = cause instanceof AuthenticationError ? cause : undefined
  const response: ErrorResponse = { ...given?.errorResponse, error, errorDescription: message }
  return new AuthenticationError(given?.statusCode ?? 400, response, { message, mend, cause })
}
