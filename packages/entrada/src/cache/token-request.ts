/** A user, by what the credential knows of them. */
export interface Subject {
  /** Distinguishes users without saying anything about them: a hash. */
  id: string
  /** The user's secret that is exchanged for the token, if there is one. */
  secret?: string
}

/** Whom a token is for. */
export interface TokenOwner {
  /** The tenant and, if the credential serves many users, the user. `undefined` for a source with a single tenant. */
  group: string | undefined
  /** The user, if the credential serves many. */
  subject: Subject | undefined
}

/** What tells one token from another within a credential. */
export interface TokenRequest<Tenant extends string | undefined = string> extends TokenOwner {
  /** `undefined` stands for the source's own tenant, which only the source knows. */
  tenantId: Tenant
  scopes: readonly string[]
  enableCae: boolean
  /** A claims challenge. It is never answered from the cache, and the new token replaces the cached one. */
  claims: string | undefined
}
