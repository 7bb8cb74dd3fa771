import type { TokenRequest } from '../cache/token-request.ts'
import { type AuthenticationError, AuthenticationRequiredError } from '../errors.ts'
import type { GetTokenOptions } from '../types.ts'
import type { AuthenticationRecord } from './authentication-record.ts'

interface Why {
  /** The challenge to sign in with. */
  claims: string | undefined
  /** Whether the token at hand is still good, so that nobody is asked yet. */
  isEarly: boolean
  /** What Entra ID said of the refresh token, if there is one. */
  cause: unknown
}

/** The error of a request that takes a person whom nobody may ask now. */
export function signInRequired(
  name: string,
  { scopes, claims: asked, tenantId, enableCae }: TokenRequest,
  { claims, isEarly, cause }: Why,
): AuthenticationRequiredError {
  const mend = isEarly ? 'The token at hand is used until it ends.' : 'Call authenticate(), then ask again.'
  const reason = isEarly ? 'a person has to sign in again.' : 'Automatic authentication has been disabled.'
  const getTokenOptions: GetTokenOptions = { tenantId, enableCae, ...(asked === undefined ? {} : { claims: asked }) }
  const { statusCode, errorResponse } = (cause ?? {}) as Partial<AuthenticationError>
  return new AuthenticationRequiredError({
    ...{ scopes: [...scopes], claims, getTokenOptions, message: `${name}: ${reason} ${mend}`, mend, cause },
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(errorResponse === undefined ? {} : { errorResponse }),
  })
}

/** The error of a sign-in by another person than the one whose tokens the credential holds. */
export function anotherAccount(
  name: string,
  { scopes }: TokenRequest,
  expected: AuthenticationRecord,
  came: AuthenticationRecord,
): AuthenticationRequiredError {
  const mend = `Sign in as ${expected.username}, or call signOut() first.`
  const message = `${name}: ${came.username} signed in, and this credential is ${expected.username}'s. ${mend}`
  return new AuthenticationRequiredError({ scopes: [...scopes], message, mend })
}
