import type { Attempt } from 'entrada'
import type { Trial } from './trial.ts'

/** The member that Entra ID or a host refused, if one was: what it says is about the identity that is meant. */
export function refusedAttempt({ attempts }: Trial): Attempt | undefined {
  return (
    attempts.find(({ outcome }) => outcome === 'refused') ?? attempts.find(({ error }) => codesOf(error).length > 0)
  )
}

/** The AADSTS codes of an error, without the prefix. */
export function codesOf(error: Error | undefined): readonly number[] {
  return responseIn(error)?.errorCodes ?? []
}

/** What the response says, for an error that was made of one. */
export function responseIn(
  error: Error | undefined,
): { error: string; errorDescription?: string; errorCodes?: number[] } | undefined {
  return (error as { errorResponse?: { error: string; errorDescription?: string; errorCodes?: number[] } } | undefined)
    ?.errorResponse
}

/** Which problem the library says that it is, for those that it tells apart. */
export function kindOf(error: Error | undefined): string | undefined {
  return (error as { kind?: string } | undefined)?.kind
}

/** The HTTP status of the response that an error was made of; 0 if there was none. */
export function statusOf(error: Error | undefined): number | undefined {
  return (error as { statusCode?: number } | undefined)?.statusCode
}
