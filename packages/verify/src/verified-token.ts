import type { ChallengeContext } from './rejection/www-authenticate.ts'
import type { TokenClaims } from './rules/token-claims.ts'

/**
 * A caller whose token was verified: only a verifier makes one. An interface, as each entry of the package has declarations of
 * its own, and a class with private members would be another type in each.
 */
export interface VerifiedToken extends TokenClaims {
  /** The token itself, which is a secret: to be passed on by `onBehalfOf`, and shown nowhere. */
  readonly token: string
  /** @internal What challenges to this caller say. */
  readonly verifier: VerifierContext
}

/** What a verifier makes. */
export class VerifiedCaller implements VerifiedToken {
  readonly tenantId: string
  readonly objectId: string | undefined
  readonly subject: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly isAppOnly: boolean
  /** Of the token (`ver`). */
  readonly version: '1.0' | '2.0'
  /** Who issued it (`iss`). */
  readonly issuer: string
  /** What it is for (`aud`), as it stands in the token. */
  readonly audience: string
  /** When it was issued (`iat`), in milliseconds since the epoch. */
  readonly issuedAt: number
  /** When it ends (`exp`), in milliseconds since the epoch. */
  readonly expiresAt: number
  readonly groups: readonly string[]
  readonly hasGroupOverage: boolean
  readonly authenticationContexts: readonly string[]
  readonly handlesClaimsChallenges: boolean
  readonly username: string | undefined
  readonly name: string | undefined
  readonly claims: Readonly<Record<string, unknown>>
  // Private, so that neither JSON nor an inspection shows it.
  readonly #token: string
  readonly #verifier: VerifierContext

  constructor(claims: TokenClaims, token: string, verifier: VerifierContext) {
    this.tenantId = claims.tenantId
    this.objectId = claims.objectId
    this.subject = claims.subject
    this.clientId = claims.clientId
    this.scopes = claims.scopes
    this.roles = claims.roles
    this.isAppOnly = claims.isAppOnly
    this.version = claims.version
    this.issuer = claims.issuer
    this.audience = claims.audience
    this.issuedAt = claims.issuedAt
    this.expiresAt = claims.expiresAt
    this.groups = claims.groups
    this.hasGroupOverage = claims.hasGroupOverage
    this.authenticationContexts = claims.authenticationContexts
    this.handlesClaimsChallenges = claims.handlesClaimsChallenges
    this.username = claims.username
    this.name = claims.name
    this.claims = claims.claims
    this.#token = token
    this.#verifier = verifier
  }

  get token(): string {
    return this.#token
  }

  get verifier(): VerifierContext {
    return this.#verifier
  }
}

/** What a verifier's rejections have in common. */
export interface VerifierContext extends ChallengeContext {
  /** A scope as a client has to ask for it. */
  requestable(scope: string): string
}
