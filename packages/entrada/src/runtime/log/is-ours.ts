import { AuthenticationError, CredentialUnavailableError } from '../../errors.ts'

/**
 * Whether an error holds nothing from outside the library. `isRebuilt` marks copies (see `foreign-error`), so that this can
 * be told without loading that file.
 */
export function isOurs(error: unknown): boolean {
  const { cause, errors = [], isRebuilt } = (error ?? { isRebuilt: true }) as Record<string, unknown>
  return (
    isRebuilt === true ||
    ((error instanceof AuthenticationError || error instanceof CredentialUnavailableError) &&
      [cause, ...(errors as unknown[])].every(isOurs))
  )
}
