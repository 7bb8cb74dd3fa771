import { AuthenticationError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { Http } from '../http/client.ts'
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts'
import { HttpFailure } from '../http/failure.ts'
import { httpDate } from '../http/retry-after.ts'
import type { IssuedToken } from '../types.ts'
import type { ClientAuthentication } from './client-authentication.ts'
import { endpointUrl } from './endpoints.ts'
import type { Grant } from './grants.ts'
import { authorityKind } from './tenant.ts'
import { parseObject, readTokenResponse } from './token-response.ts'

export interface TokenEndpoint {
  /** Name of the credential, with which every message begins. */
  credential: string
  /** See `parseAuthority`. */
  authority: string
  /**
   * The authority that assertions are addressed to, if it differs: a regional endpoint accepts assertions for the
   * global one.
   */
  audience?: string
  clientId: string
  authenticate: ClientAuthentication
  http: Http
  now: () => number
  emit: Emit
}

export interface GrantRequest {
  tenantId: string
  scopes: readonly string[]
  claims?: string | undefined
  enableCae: boolean
  signal: AbortSignal
}

/** The result of a grant for a user: the token, and who the user is. */
export interface UserGrantAnswer {
  issued: IssuedToken
  /** The ID token of OpenID Connect, unparsed. */
  idToken: string | undefined
  /** Entra ID's own description of the home account: base64url of `{ uid, utid }`. */
  clientInfo: string | undefined
  /** When the response was sent, by the server's clock, in milliseconds since the epoch. */
  answeredAt: number | undefined
}

/**
 * One token request: a POST to `{authority}/{tenant}/oauth2/v2.0/token`, a URL that is never taken from a response.
 * Rejects with `AuthenticationError`, or `AuthenticationRequiredError` if user interaction is required.
 */
export async function requestToken(endpoint: TokenEndpoint, grant: Grant, request: GrantRequest): Promise<IssuedToken> {
  return (await ask(endpoint, grant, request)).issued
}

/** The same for callers that need to know who the user is. */
export async function requestUserToken(
  endpoint: TokenEndpoint,
  grant: Grant,
  request: GrantRequest,
): Promise<UserGrantAnswer> {
  const fields = { ...grant.fields, client_info: '1' }
  const { issued, body, answeredAt } = await ask(endpoint, { ...grant, fields }, request)
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
  return { issued, idToken: text(body.id_token), clientInfo: text(body.client_info), answeredAt }
}

/** A complete token request. */
export interface PreparedTokenRequest {
  url: string
  form: URLSearchParams
}

/** A parsed token response: the token with the whole body, or the reason why there is none. */
export type ReadTokenAnswer = { issued: IssuedToken; body: Record<string, unknown> } | { reason: string }

/**
 * Builds a token request (RFC 6749, 3.2): its URL, and the form with the client's authentication. The URL is fixed,
 * except that AD FS publishes its own.
 */
export async function tokenRequest(
  endpoint: TokenEndpoint,
  grant: Grant,
  request: GrantRequest,
): Promise<PreparedTokenRequest> {
  const { authority, audience = authority, clientId, credential } = endpoint
  const { tenantId, signal } = request
  const claims = claimsParameter(request.claims, request.enableCae, credential)
  const url = await urlOf(endpoint, request)
  const scope = [...request.scopes, ...grant.scopes].join(' ')
  const form = new URLSearchParams({ client_id: clientId, scope, ...grant.fields })
  if (claims !== undefined) form.set('claims', claims)
  const tokenUrl = url.startsWith(authority) ? audience + url.slice(authority.length) : url
  await endpoint.authenticate(form, { tokenUrl, tenantId, signal })
  return { url, form }
}

/** Sends a form to the authority. A network failure becomes an `AuthenticationError` with `statusCode` 0. */
export function sendTokenRequest(
  endpoint: Pick<TokenEndpoint, 'credential' | 'http' | 'emit'>,
  { url, form }: PreparedTokenRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' }
  return send(endpoint, { method: 'POST', url, headers, body: form.toString() }, signal)
}

/**
 * Reads the response to a token request (RFC 6749, 5). A refusal has only a reason here: `refusalError` makes the
 * error. `onClockAhead` is called if this machine's clock is past the expiry of a token that has just been issued.
 */
export function processTokenResponse(
  { status, text, sentAt, sentMoment, header }: Omit<HttpAnswer, 'retryAfterMs'>,
  onClockAhead?: (message: string) => void,
): ReadTokenAnswer {
  if (status !== 200) return { reason: 'refused' }
  const body = parseObject(text)
  const issued = readTokenResponse(body, sentAt, { date: header('date'), ...(onClockAhead && { onClockAhead }) })
  if (body === undefined || 'reason' in issued) return issued as { reason: string }
  return { issued: { ...issued, issuedAt: sentAt, issuedMoment: sentMoment }, body }
}

async function ask(
  endpoint: TokenEndpoint,
  grant: Grant,
  request: GrantRequest,
): Promise<{ issued: IssuedToken; body: Record<string, unknown>; answeredAt: number | undefined }> {
  const { credential, emit } = endpoint
  const prepared = await tokenRequest(endpoint, grant, request)
  const answer = await sendTokenRequest(endpoint, prepared, request.signal)
  const read = processTokenResponse(answer, (message) => emit({ type: 'warning', message }))
  if (!('reason' in read)) return { ...read, answeredAt: httpDate(answer.header('date')) }
  // The code that describes errors is loaded only when there is one.
  const { noTokenError, refusalError } = await import('./refusal.ts')
  if (answer.status === 200) throw noTokenError(credential, prepared.url, read.reason)
  throw refusalError({ credential, answer, scopes: request.scopes, ...prepared })
}

async function urlOf(endpoint: TokenEndpoint, { tenantId, signal }: GrantRequest): Promise<string> {
  const { authority, credential } = endpoint
  if (authorityKind(tenantId) === 'entra') return endpointUrl(authority, tenantId, 'token')
  const headers = { Accept: 'application/json' }
  const get = (url: string): Promise<HttpAnswer> => send(endpoint, { method: 'GET', url, headers }, signal)
  return adfsTokenUrl(authority, get, credential)
}

/**
 * The token endpoint of AD FS, the only one whose URL is not fixed: it is read from its metadata, and refused unless it
 * is on the authority's own origin.
 */
async function adfsTokenUrl(
  authority: string,
  get: (url: string) => Promise<HttpAnswer>,
  credential: string,
): Promise<string> {
  const metadataUrl = `${authority}/adfs/.well-known/openid-configuration`
  const { status, text } = await get(metadataUrl)
  const endpoint = status === 200 ? parseObject(text)?.token_endpoint : undefined
  if (typeof endpoint === 'string' && isOnOriginOf(authority, endpoint)) return endpoint
  const reason = `the metadata of AD FS at ${metadataUrl} names no token endpoint on its own origin.`
  const problem = { who: credential, reason, remedy: 'Check authorityHost.' }
  throw new AuthenticationError(status, { error: 'invalid_metadata' }, problem)
}

function isOnOriginOf(authority: string, url: string): boolean {
  return URL.canParse(url) && new URL(url).origin === new URL(authority).origin
}

/** Sends a request, and turns a network failure into an authentication error. */
async function send(
  endpoint: Pick<TokenEndpoint, 'credential' | 'http' | 'emit'>,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  try {
    return await endpoint.http.send(request, { signal, emit: endpoint.emit })
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    const { networkError } = await import('../http/network-error.ts')
    throw networkError(endpoint.credential, request.url, error)
  }
}

/**
 * The `claims` parameter (OpenID Connect Core, 5.5): the caller's, and with Continuous Access Evaluation the client
 * capability `cp1` merged into it, which tells Entra ID that this client can answer a claims challenge. Throws a
 * `TypeError` that begins with `who` for anything that is not a JSON object.
 */
export function claimsParameter(claims: string | undefined, enableCae: boolean, who: string): string | undefined {
  if (claims === undefined && !enableCae) return undefined
  const parsed = claims === undefined ? {} : parseClaims(claims, who)
  if (!enableCae) return claims
  const accessToken = isObject(parsed.access_token) ? parsed.access_token : {}
  try {
    return JSON.stringify({ ...parsed, access_token: { ...accessToken, xms_cc: { values: ['cp1'] } } })
  } catch {
    // Nested too deeply for the stack.
    throw noClaims(who)
  }
}

function parseClaims(claims: unknown, who: string): Record<string, unknown> {
  try {
    const parsed: unknown = typeof claims === 'string' ? JSON.parse(claims) : undefined
    if (isObject(parsed)) return parsed
  } catch {}
  throw noClaims(who)
}

function noClaims(who: string): TypeError {
  return new TypeError(`${who}: claims is not a JSON object. Pass the claims of the challenge, as JSON or base64.`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
