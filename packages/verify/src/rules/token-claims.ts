/** What a verified access token says of its caller. Times are milliseconds since the epoch. */
export interface TokenClaims {
  /** Claim `tid`. Part of every key under which a caller's data is kept. */
  readonly tenantId: string
  /** Claim `oid`: the user or service principal, the same for every API of the tenant. Absent where Entra ID left it out. */
  readonly objectId: string | undefined
  /** Claim `sub`: for a user, different for each API. */
  readonly subject: string
  /** The application that got the token: claim `azp`, or `appid` of version 1.0. */
  readonly clientId: string
  /** Claim `scp`: what a user let the client do. Empty for an application. */
  readonly scopes: readonly string[]
  /** Claim `roles`: app roles of the application, or of the user. */
  readonly roles: readonly string[]
  /** Whether an application calls for itself, and no user is involved. */
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
  /** Claim `groups`: object ids, or names if the app is registered for names. */
  readonly groups: readonly string[]
  /** Whether there are more groups than fit into a token, so that `groups` is empty: ask Microsoft Graph. */
  readonly hasGroupOverage: boolean
  /** Claim `acrs`: the authentication contexts that the user has satisfied. */
  readonly authenticationContexts: readonly string[]
  /** Whether the client says that it answers claims challenges (claim `xms_cc` with `cp1`). */
  readonly handlesClaimsChallenges: boolean
  /** For display alone: it changes, and proves nothing. */
  readonly username: string | undefined
  /** For display alone. */
  readonly name: string | undefined
  /** All claims, as they were sent. */
  readonly claims: Readonly<Record<string, unknown>>
}
