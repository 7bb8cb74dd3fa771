/** A user, by what the credential knows of them. */
export interface Subject {
  /** Tells users apart, and says nothing of them: a hash. */
  id: string
  /** What the token is bought with. */
  secret: string
}

/** What tells one token from another within a credential. */
export interface TokenRequest {
  /** Whom the token is for: the tenant, and where a credential serves many users, the user. */
  group: string
  /** The user, where a credential serves many. */
  subject: Subject | undefined
  tenantId: string
  scopes: readonly string[]
  enableCae: boolean
  /** A claims challenge. It is never answered from the cache, and its token replaces the cached one. */
  claims: string | undefined
}

/** The scopes as one string. One scope is itself, so that the hot path builds nothing. */
export function itemOf(scopes: readonly string[]): string {
  return scopes.length === 1 ? (scopes[0] as string) : [...new Set(scopes)].sort(byCodeUnit).join(' ')
}

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : 1
}

/** Flights differ by claims too: a challenge must not be answered by a request that started without it. */
export function flightKey({ group, scopes, enableCae, claims }: TokenRequest): string {
  return JSON.stringify([group, itemOf(scopes), enableCae, claims ?? null])
}
