import type { TokenRequest } from '../cache/token-request.ts'
import { type AuthenticationError, AuthenticationRequiredError } from '../errors.ts'
import { quoted } from '../runtime/quoted.ts'
import type { GetTokenOptions } from '../types.ts'
import type { AuthenticationRecord } from './authentication-record.ts'

interface Why {
  /** The challenge to sign in with. */
  claims: string | undefined
  /** Whether the current token is still valid, so that nobody is asked yet. */
  isEarly: boolean
  /** Entra ID's refusal of the refresh token, if there was one. */
  cause: unknown
}

/** The error for a request that needs a person, who must not be asked now. */
export function signInRequired(
  name: string,
  { scopes, claims: asked, tenantId, enableCae }: TokenRequest,
  { claims, isEarly, cause }: Why,
): AuthenticationRequiredError {
  const remedy = isEarly ? 'The current token is used until it expires.' : 'Call authenticate(), then try again.'
  const reason = isEarly ? 'a person has to sign in again.' : 'Automatic authentication has been disabled.'
  const getTokenOptions: GetTokenOptions = { tenantId, enableCae, ...(asked === undefined ? {} : { claims: asked }) }
  const { statusCode, errorResponse } = (cause ?? {}) as Partial<AuthenticationError>
  return new AuthenticationRequiredError({
    ...{ scopes: [...scopes], claims, getTokenOptions, who: name, reason, remedy, cause },
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(errorResponse === undefined ? {} : { errorResponse }),
  })
}

/** The error for a sign-in by a different person from the one whose tokens the credential holds. */
export function anotherAccount(
  name: string,
  { scopes }: TokenRequest,
  expected: AuthenticationRecord,
  came: AuthenticationRecord,
): AuthenticationRequiredError {
  // The user name may come from a record that the caller passed, so it is quoted.
  const [who, other] = [expected.username, came.username].map((username) => quoted(username).replaceAll('"', ''))
  const remedy = `Sign in as ${who}, or call signOut() first.`
  const problem = {
    who: name,
    reason: `${other} signed in, and this credential is ${who}'s.`,
    remedy,
  }
  return new AuthenticationRequiredError({ ...problem, scopes: [...scopes] })
}
