import { expect } from 'vitest'
import { TokenRejected } from '../src/rejection/token-rejected.ts'

/** The error with which a token is rejected. */
export async function rejectionOf(verification: Promise<unknown>): Promise<TokenRejected> {
  const error = await verification.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(TokenRejected)
  return error as TokenRejected
}
