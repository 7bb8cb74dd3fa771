import type { Kept } from '../primitives/kept.ts'
import type { DelegatedScopes } from '../token/scopes.ts'

/** What users have agreed that apps may do on their behalf. */
export interface Consents {
  give(userId: string, clientId: string, scopes: DelegatedScopes): void
  /** Whether a user has agreed to all these scopes. */
  cover(userId: string, clientId: string, scopes: DelegatedScopes): boolean
}

export function createConsents(kept: Kept): Consents {
  const given: Set<string> = new Set(kept.part('consents', () => [...given]))
  const keys = (userId: string, clientId: string, { resource, names }: DelegatedScopes): string[] =>
    names.map((name) => JSON.stringify([userId, clientId, resource.toLowerCase(), name.toLowerCase()]))
  return {
    give: (...what) => {
      for (const key of keys(...what)) given.add(key)
      kept.changed()
    },
    cover: (...what) => keys(...what).every((key) => given.has(key)),
  }
}
