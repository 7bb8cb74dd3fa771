import type { DelegatedScopes } from '../token/delegated-scopes.ts'

/** What users agreed that apps may do in their name. */
export interface Consents {
  give(userId: string, clientId: string, scopes: DelegatedScopes): void
  /** Whether a user has agreed to all of it. */
  cover(userId: string, clientId: string, scopes: DelegatedScopes): boolean
}

export function createConsents(): Consents {
  const given = new Set<string>()
  const keys = (userId: string, clientId: string, { resource, names }: DelegatedScopes): string[] =>
    names.map((name) => JSON.stringify([userId, clientId, resource.toLowerCase(), name.toLowerCase()]))
  return {
    give: (...what) => {
      for (const key of keys(...what)) given.add(key)
    },
    cover: (...what) => keys(...what).every((key) => given.has(key)),
  }
}
