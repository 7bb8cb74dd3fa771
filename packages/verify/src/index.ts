/** Is this token for me? Verifies the access tokens of Microsoft Entra ID that a web API receives. */
export { accessTokens, type Verify } from './access-tokens.ts'
export type { Fetch } from './keys/fetch-key-set.ts'
export type { KeySet } from './keys/key-set.ts'
export { type CallerCredential, onBehalfOf, type UserCredential } from './on-behalf-of.ts'
export type { AccessTokensOptions } from './options.ts'
export type { ProtectedResource } from './protected-resource.ts'
export type { RejectionCode } from './rejection/rejections.ts'
export { KeysUnavailable, TokenRejected } from './rejection/token-rejected.ts'
export {
  type ChallengeOptions,
  challenge,
  requireAuthenticationContext,
  requireRole,
  requireScope,
  requireUserRole,
} from './requirements.ts'
export type { Authority, CloudName } from './rules/clouds.ts'
export type { Permission, Requirements } from './rules/permissions.ts'
export type { TokenClaims } from './rules/token-claims.ts'
export type { AuthorizationSource } from './token/bearer-token.ts'
export type { VerifiedToken } from './verified-token.ts'
