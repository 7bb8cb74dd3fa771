import type { Emit } from '../events.ts'
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts'
import { HttpFailure } from '../http/failure.ts'
import type { Http } from '../http/http.ts'
import type { IssuedToken } from '../types.ts'
import { claimsParameter } from './claims.ts'
import type { ClientAuthentication } from './client-authentication.ts'
import type { Grant } from './grants.ts'
import { parseObject, readTokenResponse } from './token-response.ts'

export interface TokenEndpoint {
  /** Name of the credential, which begins every message. */
  credential: string
  /** Origin of the authority. */
  authority: string
  /** Origin that assertions are made out to, where it is another: a regional endpoint takes the global one's. */
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

/** Fields of the form whose values must never be repeated in a message. */
const secretFields: readonly string[] = [
  'client_secret',
  'client_assertion',
  'assertion',
  'password',
  'code',
  'refresh_token',
  'code_verifier',
  'device_code',
]

/** What came of a grant that stands for a user: the token, and who the user is. */
export interface UserGrantAnswer {
  issued: IssuedToken
  /** OpenID Connect's, as it came. */
  idToken: string | undefined
  /** Entra ID's own word on the home account: base64url of `{ uid, utid }`. */
  clientInfo: string | undefined
}

/**
 * One token request: a POST to `{authority}/{tenant}/oauth2/v2.0/token`, whose address is never read from an answer.
 * Rejects with `AuthenticationError`, or `AuthenticationRequiredError` where only a person can go on.
 */
export async function requestToken(endpoint: TokenEndpoint, grant: Grant, request: GrantRequest): Promise<IssuedToken> {
  return (await ask(endpoint, grant, request)).issued
}

/** The same for those who want to know who the user is. */
export async function requestUserToken(
  endpoint: TokenEndpoint,
  grant: Grant,
  request: GrantRequest,
): Promise<UserGrantAnswer> {
  const fields = { ...grant.fields, client_info: '1' }
  const { issued, body } = await ask(endpoint, { ...grant, fields }, request)
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
  return { issued, idToken: text(body?.id_token), clientInfo: text(body?.client_info) }
}

async function ask(
  endpoint: TokenEndpoint,
  grant: Grant,
  request: GrantRequest,
): Promise<{ issued: IssuedToken; body: Record<string, unknown> | undefined }> {
  const { credential, now } = endpoint
  const claims = claimsParameter(request.claims, request.enableCae, credential)
  const url = await urlOf(endpoint, request)
  const scope = [...request.scopes, ...grant.scopes].join(' ')
  const form = new URLSearchParams({ client_id: endpoint.clientId, scope, ...grant.fields })
  if (claims !== undefined) form.set('claims', claims)
  const { authority, audience = authority } = endpoint
  const tokenUrl = audience + url.slice(authority.length)
  await endpoint.authenticate(form, { tokenUrl, tenantId: request.tenantId, signal: request.signal })
  const requestedAt = now()
  const answer = await postForm(endpoint, url, form, request.signal)
  const body = answer.status === 200 ? parseObject(answer.text) : undefined
  const issued = answer.status === 200 ? readTokenResponse(body, requestedAt) : { reason: 'refused' }
  if (!('reason' in issued)) return { issued, body }
  // The words for what went wrong are loaded when something has.
  const { noTokenError, refusalError } = await import('./entra-error.ts')
  if (answer.status === 200) throw noTokenError(credential, url, issued.reason)
  throw refusalError({ credential, answer, scopes: request.scopes, redact: redaction(form) })
}

/** Posts a form to the authority. */
export function postForm(
  endpoint: Pick<TokenEndpoint, 'credential' | 'http' | 'emit'>,
  url: string,
  form: URLSearchParams,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' }
  return send(endpoint, { method: 'POST', url, headers, body: form.toString() }, signal)
}

async function urlOf(endpoint: TokenEndpoint, { tenantId, signal }: GrantRequest): Promise<string> {
  const { authority, credential } = endpoint
  if (tenantId !== 'adfs') return `${authority}/${tenantId}/oauth2/v2.0/token`
  const { adfsTokenUrl } = await import('./adfs.ts')
  const headers = { Accept: 'application/json' }
  const get = (url: string): Promise<HttpAnswer> => send(endpoint, { method: 'GET', url, headers }, signal)
  return adfsTokenUrl(authority, get, credential)
}

/** Sends, and puts what went wrong on the way in the words of an authentication error. */
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

/** Takes the form's secrets out of a text: plain, percent-encoded, and as the form itself encodes them. */
function redaction(form: URLSearchParams): (text: string) => string {
  const secrets = secretFields
    .map((name) => form.get(name))
    .filter((value): value is string => !!value)
    .flatMap((value) => [value, ...[encodeURIComponent(value), formEncoded(value)].flatMap(inEitherCase)])
  return (text) => secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), text)
}

function formEncoded(value: string): string {
  return new URLSearchParams({ value }).toString().slice('value='.length)
}

function inEitherCase(encoded: string): string[] {
  return [encoded, encoded.replace(/%../g, (code) => code.toLowerCase())]
}
