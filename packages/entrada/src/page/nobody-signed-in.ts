import { CredentialUnavailableError } from '../errors.ts'

/** The error of a sign-in that took too long. */
export function nobodySignedIn(credential: string, milliseconds: number): CredentialUnavailableError {
  const mend = 'Ask again, and sign in within that time, or raise timeoutInMs.'
  const message = `${credential}: nobody signed in within ${milliseconds / 1000} s. ${mend}`
  return new CredentialUnavailableError(message, { mend })
}
