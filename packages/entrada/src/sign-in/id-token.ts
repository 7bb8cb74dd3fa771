import { textOfBase64url } from '../oauth/base64url.ts'
import { parseObject } from '../oauth/token-response.ts'

/** What an id token has to fit. */
export interface ExpectedIdToken {
  /** Origin of the authority that was asked. */
  authority: string
  /** Other hosts of the same cloud, whose name Entra ID may put into `iss`. */
  aliases: readonly string[]
  /** The tenant that was asked in: an id, a domain, or one of `organizations`, `common`, `consumers`, `adfs`. */
  tenantId: string
  clientId: string
  /** What the request carried, where it could carry one. */
  nonce: string | undefined
  /** Milliseconds since the epoch. */
  now: number
}

/** Who signed in, by an id token that fits. */
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

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Checks an id token as OpenID Connect Core, 3.1.3.7, asks of a client of the code flow: issuer, audience, authorized
 * party, nonce and times. Its signature is not looked at: it came from the token endpoint over TLS, which vouches for the
 * issuer (point 6). Gives the claims, or the reason why they do not count.
 */
export function readIdToken(token: string | undefined, expected: ExpectedIdToken): IdTokenClaims | { reason: string } {
  const claims = parseObject(textOfBase64url(token?.split('.')[1] ?? ''))
  if (claims === undefined) return { reason: 'the answer has no id token that can be read' }
  const issuerHost = issuerOf(claims, expected)
  if (issuerHost === undefined) return { reason: "the id token is another issuer's" }
  const fault = audienceFault(claims, expected) ?? timeFault(claims, expected.now)
  if (fault !== undefined) return { reason: fault }
  if (expected.nonce !== undefined && claims.nonce !== expected.nonce) {
    return { reason: 'the id token is of another sign-in (nonce)' }
  }
  const subject = text(claims.sub)
  if (subject === undefined) return { reason: 'the id token names nobody (sub)' }
  const username = text(claims.preferred_username) ?? text(claims.upn) ?? text(claims.email)
  return { issuerHost, subject, objectId: text(claims.oid), tenantId: text(claims.tid), username }
}

/** The issuer's host, if the issuer is the authority: `{authority}/{tid}/v2.0`, as Entra ID's metadata has it. */
function issuerOf(claims: Record<string, unknown>, expected: ExpectedIdToken): string | undefined {
  const { authority, aliases, tenantId } = expected
  const [issuer, tid] = [text(claims.iss), text(claims.tid)]
  if (issuer === undefined || !URL.canParse(issuer)) return undefined
  const { host } = new URL(issuer)
  if (tenantId === 'adfs') return host === new URL(authority).host ? host : undefined
  if (tid === undefined || !isTenant(tid, tenantId)) return undefined
  const hosts = [new URL(authority).host, ...aliases]
  // External tenants sign in at `{name}.ciamlogin.com`, and issue as `{tid}.ciamlogin.com`.
  if (hosts[0]?.endsWith('.ciamlogin.com')) hosts.push(`${tid}.ciamlogin.com`)
  const { protocol } = new URL(authority)
  return hosts.some((each) => issuer === `${protocol}//${each}/${tid}/v2.0`) ? host : undefined
}

/** Whether a tenant's id may stand where that tenant was asked. What id a domain has is not known here. */
function isTenant(tid: string, asked: string): boolean {
  if (guid.test(asked)) return tid.toLowerCase() === asked.toLowerCase()
  if (asked === 'organizations') return tid !== consumers
  return asked !== 'consumers' || tid === consumers
}

function audienceFault(claims: Record<string, unknown>, { clientId }: ExpectedIdToken): string | undefined {
  const audience: unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
  const isOurs = (value: unknown): boolean =>
    typeof value === 'string' && value.toLowerCase() === clientId.toLowerCase()
  if (!audience.some(isOurs)) return 'the id token is for another application (aud)'
  if ((audience.length > 1 || claims.azp !== undefined) && !isOurs(claims.azp)) {
    return 'the id token was given to another application (azp)'
  }
  return undefined
}

function timeFault({ exp, iat, nbf }: Record<string, unknown>, milliseconds: number): string | undefined {
  const now = milliseconds / 1000
  if (typeof exp !== 'number' || typeof iat !== 'number') return 'the id token has no times'
  if (exp + clockSkew <= now) return 'the id token has expired'
  const start = Math.max(iat, typeof nbf === 'number' ? nbf : iat)
  return start - clockSkew > now ? 'the id token is not valid yet' : undefined
}

/** The home account id, `object.tenant`, of `client_info`; `undefined` where there is none that can be read. */
export function homeAccountOf(clientInfo: string | undefined): string | undefined {
  const { uid, utid } = parseObject(textOfBase64url(clientInfo ?? '')) ?? {}
  const id = /^[\w-]{1,100}$/
  const isWhole = typeof uid === 'string' && typeof utid === 'string' && id.test(uid) && id.test(utid)
  return isWhole ? `${uid}.${utid}` : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
