import { AuthenticationError, CredentialUnavailableError } from '../errors.ts'

/** The error for a sign-in that the person did not finish in time. */
export function nobodySignedIn(credential: string, milliseconds: number): CredentialUnavailableError {
  const remedy = 'Try again, and sign in within that time, or raise timeoutInMs.'
  const problem = { who: credential, reason: `nobody signed in within ${milliseconds / 1000} s.`, remedy }
  return new CredentialUnavailableError(problem)
}

/** The error for a sign-in response that cannot be used. `reason` ends without a full stop. */
export function rejectedResponse(
  credential: string,
  reason: string,
  remedy: string = 'Sign in again.',
): AuthenticationError {
  const problem = { who: credential, reason: `rejected the sign-in response: ${reason}.`, remedy }
  return new AuthenticationError(400, { error: 'invalid_response' }, problem)
}
