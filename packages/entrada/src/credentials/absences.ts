import { Generations } from '../cache/generations.ts'
import type { CredentialUnavailableError } from '../errors.ts'
import type { Member } from './walk.ts'

interface Absence {
  error: Error
  evidence: string
}

/** Different calls whose refusals are kept. */
const keptCalls = 1000

/**
 * What a chain remembers of members that could not be used: the error, and the evidence that it rests on (a program that
 * is not on PATH, a profile that nobody signed in to). Once the evidence differs, the member is asked again.
 */
export class Absences {
  readonly #kept = new Generations<Absence>(keptCalls)

  /** The error that this member would give again, if that is known. */
  recall(index: number, { own }: Member, call: string): Error | undefined {
    const absence = this.#kept.get(String(index), call)
    return absence !== undefined && absence.evidence === own?.evidence?.() ? absence.error : undefined
  }

  /** `evidence` is what was there to see before the member was asked. */
  keep(index: number, call: string, error: Error, evidence: string | undefined): void {
    const { isLasting } = error as CredentialUnavailableError
    if (isLasting === true && evidence !== undefined) this.#kept.set(String(index), call, { error, evidence })
  }
}
