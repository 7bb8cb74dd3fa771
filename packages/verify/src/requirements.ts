import { type RejectionDetails, TokenRejected } from './rejection/token-rejected.ts'
import { type ChallengeContext, publicAuthorizationUri } from './rejection/www-authenticate.ts'
import { lacking, type Permission } from './rules/permissions.ts'
import type { VerifiedToken } from './verified-token.ts'

/** Throws a `TokenRejected` unless the caller is a user whose token has all these scopes; of a list, one is enough. */
export function requireScope(caller: VerifiedToken, ...scopes: readonly Permission[]): void {
  checkNamed('requireScope', scopes)
  if (caller.isAppOnly) throw rejected(caller, 'kind', { found: 'an application’s token' })
  const missing = lacking('scope', caller.scopes, scopes)
  if (missing === undefined) return
  throw rejected(caller, 'scope', { found: missing.found, scope: missing.scopes?.map(caller.verifier.requestable) })
}

/** Throws a `TokenRejected` unless the caller is an application that has all these app roles; of a list, one is enough. */
export function requireRole(caller: VerifiedToken, ...roles: readonly Permission[]): void {
  checkNamed('requireRole', roles)
  if (!caller.isAppOnly) throw rejected(caller, 'kind', { found: 'a user’s token' })
  checkRoles(caller, roles)
}

/** Throws a `TokenRejected` unless the caller is a user who has all these app roles; of a list, one is enough. */
export function requireUserRole(caller: VerifiedToken, ...roles: readonly Permission[]): void {
  checkNamed('requireUserRole', roles)
  if (caller.isAppOnly) throw rejected(caller, 'kind', { found: 'an application’s token' })
  checkRoles(caller, roles)
}

/** A list that came from somewhere else and is empty would let everybody in. */
function checkNamed(who: string, permissions: readonly Permission[]): void {
  if (permissions.length === 0) throw new TypeError(`${who}: nothing is required. Name one permission at least.`)
}

function checkRoles(caller: VerifiedToken, roles: readonly Permission[]): void {
  const missing = lacking('role', caller.roles, roles)
  if (missing !== undefined) throw rejected(caller, 'role', { found: missing.found })
}

function rejected(caller: VerifiedToken, code: 'kind' | 'scope' | 'role', details: RejectionDetails): TokenRejected {
  return new TokenRejected(code, caller.verifier, details)
}

/** What a challenge demands, and of whom. */
export interface ChallengeOptions {
  /**
   * What a new token has to satisfy, as an object or as JSON: an authentication context
   * (`{ access_token: { acrs: { essential: true, value: 'c1' } } }`), a moment that it has to be newer than (`nbf`), or the
   * `claims` of an error from Entra ID.
   */
  claims: string | object
  /** Whom it is for, so that the challenge names the right tenant. */
  caller?: VerifiedToken
}

/**
 * An error to throw at a caller whose token is good but not good enough: the answer has a claims challenge, which the client
 * takes to Entra ID, and comes back with another token
 * (https://learn.microsoft.com/entra/identity-platform/claims-challenge). Throws a `TypeError` unless `claims` is an object.
 */
export function challenge({ claims, caller }: ChallengeOptions): TokenRejected {
  const context: ChallengeContext = caller?.verifier ?? { authorizationUri: publicAuthorizationUri }
  return new TokenRejected('insufficient-claims', context, { claims: asJson(claims) })
}

/**
 * Throws a challenge unless the user has satisfied an authentication context, such as `c1`: Conditional Access says what
 * that takes.
 */
export function requireAuthenticationContext(caller: VerifiedToken, id: string): void {
  if (caller.authenticationContexts.includes(id)) return
  throw challenge({ caller, claims: { access_token: { acrs: { essential: true, value: id } } } })
}

function asJson(claims: string | object): string {
  const text = typeof claims === 'string' ? claims : JSON.stringify(claims)
  if (isObject(text)) return text
  throw new TypeError(
    'challenge: claims must be a JSON object. Pass an object, or the claims of an error from Entra ID.',
  )
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
