import { unverifiedClaims } from '../oauth/jwt.ts'
import { authorityKind } from '../oauth/tenant.ts'
import { parseObject } from '../oauth/token-response.ts'
import { textOfBase64url } from '../runtime/base64url.ts'
import { guid } from '../runtime/guid.ts'

/** What an ID token must match. */
export interface ExpectedIdToken {
  /** The authority that the request went to. */
  authority: string
  /** Other hosts of the same cloud, which Entra ID may name in `iss`. */
  aliases: readonly string[]
  /** The tenant of the request: an id, a domain, or one of `organizations`, `common`, `consumers`, `adfs`. */
  tenantId: string
  clientId: string
  /** The nonce of the request, if it could carry one. */
  nonce: string | undefined
  /** Milliseconds since the epoch. */
  now: number
  /** The same by the server's clock, when it sent the token, if its response says so. */
  answeredAt?: number | undefined
}

/** Who signed in, according to a valid ID token. */
export interface IdTokenClaims {
  issuerHost: string
  subject: string
  objectId: string | undefined
  tenantId: string | undefined
  username: string | undefined
}

/** By how much this machine's clock and Entra ID's may differ, in seconds. */
const clockSkew = 300

/** The tenant of personal Microsoft accounts. */
const consumers = '9188040d-6c67-4c5b-b112-36a304b66dad'

/**
 * Validates an ID token as OpenID Connect Core, 3.1.3.7, requires in the code flow: issuer, audience, authorized party,
 * nonce and times. Its signature is not checked: it came from the token endpoint over TLS, which vouches for the issuer
 * (point 6). Returns the claims, or the reason why the validation failed.
 */
export function readIdToken(token: string | undefined, expected: ExpectedIdToken): IdTokenClaims | { reason: string } {
  const claims = unverifiedClaims(token ?? '')
  if (claims === undefined) return { reason: 'the response has no readable ID token' }
  const issuerHost = issuerOf(claims, expected)
  if (issuerHost === undefined) return { reason: 'the ID token came from a different issuer' }
  const { now, answeredAt = now } = expected
  // This machine's clock may be wrong: a token that is valid by the clock of the server that sent it is not refused.
  const fault = audienceFault(claims, expected) ?? (timeFault(claims, answeredAt) && timeFault(claims, now))
  if (fault !== undefined) return { reason: fault }
  if (expected.nonce !== undefined && claims.nonce !== expected.nonce) {
    return { reason: 'the ID token belongs to a different sign-in (nonce)' }
  }
  const subject = text(claims.sub)
  if (subject === undefined) return { reason: 'the ID token names no user (sub)' }
  const username = text(claims.preferred_username) ?? text(claims.upn) ?? text(claims.email)
  return { issuerHost, subject, objectId: text(claims.oid), tenantId: text(claims.tid), username }
}

/** The issuer's host, if the issuer is the authority: `{authority}/{tid}/v2.0`, as in Entra ID's metadata. */
function issuerOf(claims: Record<string, unknown>, expected: ExpectedIdToken): string | undefined {
  const { authority, aliases, tenantId } = expected
  const [issuer, tid] = [text(claims.iss), text(claims.tid)]
  if (issuer === undefined || !URL.canParse(issuer)) return undefined
  const { host } = new URL(issuer)
  if (authorityKind(tenantId) === 'adfs') return host === new URL(authority).host ? host : undefined
  if (tid === undefined || !isTenant(tid, tenantId)) return undefined
  const hosts = [new URL(authority).host, ...aliases]
  // External tenants sign in at `{name}.ciamlogin.com`, and issue as `{tid}.ciamlogin.com`.
  if (hosts[0]?.endsWith('.ciamlogin.com')) hosts.push(`${tid}.ciamlogin.com`)
  const { protocol } = new URL(authority)
  const issuers = [authority, ...hosts.map((each) => `${protocol}//${each}`)]
  return issuers.some((each) => issuer === `${each}/${tid}/v2.0`) ? host : undefined
}

/** Whether a tenant id matches the tenant of the request. If that is a domain, its id is not known here. */
function isTenant(tid: string, asked: string): boolean {
  if (guid.test(asked)) return tid.toLowerCase() === asked.toLowerCase()
  if (asked === 'organizations') return tid !== consumers
  return asked !== 'consumers' || tid === consumers
}

function audienceFault(claims: Record<string, unknown>, { clientId }: ExpectedIdToken): string | undefined {
  const audience: unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
  const isOurs = (value: unknown): boolean =>
    typeof value === 'string' && value.toLowerCase() === clientId.toLowerCase()
  if (!audience.some(isOurs)) return 'the ID token is for another application (aud)'
  if ((audience.length > 1 || claims.azp !== undefined) && !isOurs(claims.azp)) {
    return 'the ID token was issued to another application (azp)'
  }
  return undefined
}

function timeFault({ exp, iat, nbf }: Record<string, unknown>, milliseconds: number): string | undefined {
  const now = milliseconds / 1000
  if (typeof exp !== 'number' || typeof iat !== 'number') return 'the ID token has no expiry or issue time'
  if (exp + clockSkew <= now) return 'the ID token has expired'
  const start = Math.max(iat, typeof nbf === 'number' ? nbf : iat)
  return start - clockSkew > now ? 'the ID token is not valid yet' : undefined
}

/** The home account id, `object.tenant`, from `client_info`; `undefined` if there is none that can be read. */
export function homeAccountOf(clientInfo: string | undefined): string | undefined {
  const { uid, utid } = parseObject(textOfBase64url(clientInfo ?? '')) ?? {}
  const id = /^[\w-]{1,100}$/
  const isWhole = typeof uid === 'string' && typeof utid === 'string' && id.test(uid) && id.test(utid)
  return isWhole ? `${uid}.${utid}` : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
