import type { RejectionCode } from '../rejection/rejections.ts'
import type { JsonObject } from '../token/strict-json.ts'
import type { Issuer } from './issuers.ts'
import type { TokenClaims } from './token-claims.ts'

/** What the claims of a token have to fit. */
export interface ClaimRules {
  audiences: ReadonlySet<string>
  /** In milliseconds. */
  tolerance: number
}

/** Why claims do not fit. */
export interface WrongClaims {
  code: RejectionCode
  found: unknown
}

/** Microsoft Graph: its application id, and its addresses in the clouds. */
const graph =
  /^(?:00000003-0000-0000-c000-000000000000|https:\/\/(?:graph\.microsoft\.com|graph\.microsoft\.us|dod-graph\.microsoft\.us|microsoftgraph\.chinacloudapi\.cn)\/?)$/

/** What only ID tokens have (OpenID Connect Core 1.0, 2 and 3.3.2.11). */
const idTokenMembers = ['nonce', 'at_hash', 'c_hash', 's_hash']

/**
 * Reads the claims of a token whose signature fits, or says what is wrong with them. `now` is in milliseconds.
 * (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference)
 */
export function readClaims(
  claims: JsonObject,
  issuer: Issuer,
  rules: ClaimRules,
  now: number,
): TokenClaims | WrongClaims {
  const { aud, sub, oid } = claims
  if (typeof aud !== 'string')
    return { code: 'claims', found: `aud of type ${Array.isArray(aud) ? 'array' : typeof aud}` }
  if (graph.test(aud)) return { code: 'graph-token', found: aud }
  const clientId = issuer.version === '2.0' ? claims.azp : claims.appid
  // An ID token names nobody who got it besides its audience, and may be for an API that is a client too.
  const idMember = idTokenMembers.find((name) => Object.hasOwn(claims, name))
  if (clientId === undefined || idMember !== undefined) return { code: 'id-token', found: idMember ?? 'no client id' }
  if (!rules.audiences.has(aud)) return { code: 'audience', found: aud }
  if (typeof clientId !== 'string' || clientId === '')
    return { code: 'claims', found: 'a client id that is not a string' }
  if (typeof sub !== 'string' || sub === '') return { code: 'claims', found: 'sub that is not a string' }
  if (oid !== undefined && typeof oid !== 'string') return { code: 'claims', found: 'oid that is not a string' }
  const scopes = readScopes(claims.scp)
  const roles = readList(claims.roles)
  if (scopes === undefined) return { code: 'claims', found: 'scp that is not a string' }
  if (roles === undefined) return { code: 'claims', found: 'roles that are not a list of strings' }
  // Whoever has only the token must not be taken for the one who has the key (RFC 7800, 3; RFC 9449, 7.2).
  if (claims.cnf !== undefined) return { code: 'bound', found: 'cnf' }
  const isAppOnly = readKind(claims, scopes)
  if (typeof isAppOnly === 'object') return isAppOnly
  const times = readTimes(claims, rules.tolerance, now)
  if ('code' in times) return times
  // In full, as an object that is put together of others costs as much as the signature.
  return {
    tenantId: issuer.tenantId,
    objectId: oid,
    subject: sub,
    clientId,
    scopes,
    roles,
    isAppOnly,
    version: issuer.version,
    issuer: claims.iss as string,
    audience: aud,
    issuedAt: times.issuedAt,
    expiresAt: times.expiresAt,
    groups: readList(claims.groups) ?? none,
    hasGroupOverage:
      claims.hasgroups === true || claims.hasgroups === 'true' || isObjectWith(claims._claim_names, 'groups'),
    authenticationContexts: readList(claims.acrs) ?? none,
    handlesClaimsChallenges: readList(claims.xms_cc)?.includes('cp1') ?? false,
    username: textOf(claims.preferred_username) ?? textOf(claims.upn) ?? textOf(claims.unique_name),
    name: textOf(claims.name),
    claims,
  }
}

/**
 * Whether a token is an application's own. `idtyp` says so where the API asked for it; without it, an application's token
 * has no `scp`, and a subject that is the object itself, where a user's is made for each API. One that says nothing of all
 * that is neither's.
 */
function readKind({ idtyp, oid, sub }: JsonObject, scopes: readonly string[]): boolean | WrongClaims {
  if (idtyp !== undefined && idtyp !== 'app' && idtyp !== 'user')
    return { code: 'kind', found: `idtyp ${JSON.stringify(idtyp)}` }
  if (idtyp === 'app' && scopes.length > 0) return { code: 'claims', found: 'scp in the token of an application' }
  if (idtyp !== undefined || scopes.length > 0) return idtyp === 'app'
  return oid === undefined ? { code: 'kind', found: 'neither idtyp, scp nor oid' } : oid === sub
}

/** NumericDates (RFC 7519, 4.1.4 to 4.1.6), all of which Entra ID writes. */
function readTimes(
  { exp, nbf, iat }: JsonObject,
  tolerance: number,
  now: number,
): { issuedAt: number; expiresAt: number } | WrongClaims {
  if (!isTime(exp) || !isTime(nbf) || !isTime(iat))
    return { code: 'claims', found: 'exp, nbf or iat that is not a time' }
  if (exp * 1000 + tolerance <= now) return { code: 'expired', found: isoTime(exp) }
  if (Math.max(nbf, iat) * 1000 - tolerance > now) return { code: 'not-yet-valid', found: isoTime(Math.max(nbf, iat)) }
  return { issuedAt: iat * 1000, expiresAt: exp * 1000 }
}

/** A number of seconds that `Date` can show. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 8.64e12
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

const none: readonly string[] = Object.freeze([])

function readScopes(value: unknown): readonly string[] | undefined {
  if (value === undefined) return none
  return typeof value === 'string' ? Object.freeze(value.split(' ').filter((scope) => scope !== '')) : undefined
}

function readList(value: unknown): readonly string[] | undefined {
  if (value === undefined) return none
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function isObjectWith(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
}
