import { CredentialUnavailableError } from 'entrada'
import { abilities } from './abilities.ts'
import { type Ability, type Given, Told } from './ability.ts'

/** How trying an ability ended. */
export interface Outcome {
  name: string
  group: string
  /** `told`: it cannot be had here, and the error says so. */
  result: 'works' | 'told' | 'fails'
  /** Of the error. */
  message?: string
}

/** How long one may take, in milliseconds. */
const patience = 20_000

/** Tries the abilities one after the other, on the runtime that runs this. */
export async function tryAbilities(given: Given, isChosen: (ability: Ability) => boolean): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const ability of abilities.filter(isChosen)) {
    const { name, group } = ability
    try {
      await inTime(ability.prove(given))
      outcomes.push({ name, group, result: 'works' })
    } catch (error) {
      outcomes.push({ name, group, ...said(error) })
    }
  }
  return outcomes
}

function said(error: unknown): Pick<Outcome, 'result' | 'message'> {
  const { name, message, code } = error as Error & { code?: unknown }
  if (error instanceof CredentialUnavailableError || error instanceof Told) return { result: 'told', message }
  // A store rejects in words of its own.
  if (code === 'ENOSYS' || /^An encrypted token store needs/.test(message)) return { result: 'told', message }
  return { result: 'fails', message: `${name}: ${message}` }
}

async function inTime(work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('it did not end')), patience)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
