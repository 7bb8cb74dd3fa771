import { AuthenticationError } from '../errors.ts'

/** Users who are not in the tenant that was asked: with another grant they would be no more there. */
const notInTenant: readonly number[] = [50020, 50034, 51004]

/**
 * What Entra ID says of a refresh token that has expired, was revoked or is used up. What only a person can resolve,
 * missing consent say, and what is wrong with the tenant, it says with the same words, and there the token is as good as
 * before.
 */
export function isInvalidGrant(error: unknown): boolean {
  if (!(error instanceof AuthenticationError) || error.errorResponse.error !== 'invalid_grant') return false
  return !error.errorResponse.errorCodes?.some((code) => notInTenant.includes(code))
}
