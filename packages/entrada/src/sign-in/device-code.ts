import { AuthenticationError, type Problem } from '../errors.ts'
import { endpointUrl } from '../oauth/endpoints.ts'
import { type Grant, userScopes } from '../oauth/grants.ts'
import { refusalError } from '../oauth/refusal.ts'
import {
  claimsParameter,
  requestUserToken,
  sendTokenRequest,
  type TokenEndpoint,
  type UserGrantAnswer,
} from '../oauth/token-endpoint.ts'
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
  /** Shows the code to the person. If it throws, the sign-in ends with that error. */
  show(prompt: DeviceCodePrompt): void | Promise<void>
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  monotonic(): number
}

/** What `slow_down`, or a failed request, adds to the interval (RFC 8628, 3.5), in milliseconds. */
const slower = 5_000

/**
 * Signs in a person whose browser is on another device (RFC 8628): shows them a code, and polls for their token at the
 * server's interval until they have signed in. Rejects with an `AuthenticationError`: `expired_token` if nobody signed
 * in in time, `authorization_declined` if they declined.
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
    // Showing the code may take as long as the sign-in does; only its failure matters.
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
  const form = new URLSearchParams({ client_id: clientId, scope: [...scopes, ...userScopes].join(' ') })
  const requestedClaims = claimsParameter(claims, enableCae, credential)
  if (requestedClaims !== undefined) form.set('claims', requestedClaims)
  const requestedAt = now()
  const url = endpointUrl(authority, tenantId, 'devicecode')
  const answer = await sendTokenRequest(endpoint, { url, form }, signal)
  if (answer.status !== 200) throw refusalError({ credential, answer, scopes, form, url })
  const code = readDeviceCode(parseObject(answer.text), requestedAt)
  if (code !== undefined) return code
  const remedy = 'Check authorityHost, and any proxy or gateway on the way to it.'
  const problem = {
    who: credential,
    reason: `${new URL(authority).host} returned no usable device code.`,
    remedy,
  }
  throw new AuthenticationError(200, { error: 'invalid_response' }, problem)
}

async function poll(request: DeviceCodeRequest, code: DeviceCode, signal: AbortSignal): Promise<UserGrantAnswer> {
  const { endpoint, sleep, monotonic } = request
  let { interval } = code
  let waited = 0
  const start = monotonic()
  for (;;) {
    signal.throwIfAborted()
    await sleep(interval, signal)
    signal.throwIfAborted()
    waited += interval
    // By a clock that nobody sets: one that is put right meanwhile must not end the sign-in. A clock that stands still must not make the
    // polling endless either, so the time waited counts as well.
    if (monotonic() - start >= code.life || waited > code.life) throw expired(request, undefined)
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

  function expired({ endpoint: { credential: who } }: DeviceCodeRequest, cause: unknown): AuthenticationError {
    const reason = 'the device code expired before anybody signed in.'
    return ended(cause, 'expired_token', { who, reason, remedy: 'Try again, and sign in while the code is valid.' })
  }

  function declined({ endpoint: { credential: who } }: DeviceCodeRequest, cause: unknown): AuthenticationError {
    const reason = 'the sign-in was declined on the other device.'
    return ended(cause, 'authorization_declined', { who, reason, remedy: 'Try again, and confirm the sign-in.' })
  }
}

/** Asks whether the user has signed in (RFC 8628, 3.4). */
function deviceCodeGrant(code: string): Grant {
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  return { fields: { grant_type, device_code: code }, scopes: userScopes }
}

type Step = 'again' | 'slower' | 'expired' | 'declined' | 'failed'

/** What the response to a poll means (RFC 8628, 3.5; Microsoft's page on the device code flow). */
function nextStep(error: unknown, signal: AbortSignal): Step {
  if (!(error instanceof AuthenticationError) || signal.aborted) return 'failed'
  const { error: errorCode, errorCodes = [] } = error.errorResponse
  if (errorCode === 'authorization_pending') return 'again'
  if (errorCode === 'slow_down') return 'slower'
  if (errorCode === 'expired_token' || errorCode === 'code_expired' || errorCodes.includes(70019)) return 'expired'
  if (errorCode === 'authorization_declined' || errorCode === 'access_denied') return 'declined'
  const isTransient = error.statusCode === 0 || error.statusCode === 429 || error.statusCode >= 500
  return isTransient ? 'slower' : 'failed'
}

function ended(cause: unknown, error: string, problem: Problem): AuthenticationError {
  const given = cause instanceof AuthenticationError ? cause : undefined
  const { errorDescription: _, ...response } = given?.errorResponse ?? {}
  return new AuthenticationError(given?.statusCode ?? 400, { ...response, error }, { ...problem, cause })
}
