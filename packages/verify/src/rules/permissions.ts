import type { RejectionCode } from '../rejection/rejections.ts'
import type { TokenClaims } from './token-claims.ts'

/** The name of a scope or app role, or a list of names of which one is enough. */
export type Permission = string | readonly string[]

/** What a caller has to be permitted, besides having a token for this API. */
export interface Requirements {
  /** Scopes that a user's token has to have, all of them. Without `requiredRoles`, applications' own tokens are refused. */
  readonly requiredScopes?: readonly Permission[]
  /** App roles that an application's own token has to have, all of them. Without `requiredScopes`, users' tokens are refused. */
  readonly requiredRoles?: readonly Permission[]
  /** Client ids of the applications that may call, for themselves or for their users. Default: all. */
  readonly allowedClients?: readonly string[]
}

/** Which permission is missing. */
export interface MissingPermission {
  code: RejectionCode
  found: unknown
  scopes?: readonly string[]
}

/**
 * Whether a token permits what is required. `scp` is of a user's token, `roles` are of an application's, and neither stands in
 * for the other (https://learn.microsoft.com/entra/identity-platform/scenario-protected-web-api-verification-scope-app-roles).
 * Where nothing is required, a token without any permission is refused all the same: every application of the tenant can get
 * one. A list of clients is a permission too.
 */
export function missingPermission(token: TokenClaims, required: Requirements): MissingPermission | undefined {
  const { requiredScopes, requiredRoles, allowedClients } = required
  if (allowedClients !== undefined && !allowedClients.includes(token.clientId)) {
    return { code: 'client', found: token.clientId }
  }
  const [own, other] = token.isAppOnly ? [requiredRoles, requiredScopes] : [requiredScopes, requiredRoles]
  if (own === undefined && other !== undefined) {
    return { code: 'kind', found: token.isAppOnly ? 'an application’s token' : 'a user’s token' }
  }
  if (own === undefined) {
    const isPermitted = token.scopes.length + token.roles.length > 0 || allowedClients !== undefined
    return isPermitted ? undefined : { code: token.isAppOnly ? 'role' : 'scope', found: 'neither scp nor roles' }
  }
  return token.isAppOnly ? lacking('role', token.roles, own) : lacking('scope', token.scopes, own)
}

/** The first permission that is not held. */
export function lacking(
  code: 'role' | 'scope',
  held: readonly string[],
  required: readonly Permission[],
): MissingPermission | undefined {
  const isHeld = (each: Permission): boolean =>
    typeof each === 'string' ? held.includes(each) : each.some((name) => held.includes(name))
  if (required.every(isHeld)) return undefined
  const scopes = required.map((each) => (typeof each === 'string' ? each : (each[0] ?? '')))
  return { code, found: held.join(' ') || 'none', ...(code === 'scope' ? { scopes } : {}) }
}
