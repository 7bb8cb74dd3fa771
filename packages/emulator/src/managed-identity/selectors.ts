import type { ManagedIdentity } from './identity.ts'

type IdField = 'clientId' | 'objectId' | 'resourceId'

/** The names of a request's fields by which it says which identity it wants. */
export type SelectorNames = Readonly<Record<string, IdField>>

/** What a request says of the identity it wants. */
export interface Selection {
  /** The names that it used. */
  used: readonly string[]
  /** All that it named; it has every id that was given. */
  found: ManagedIdentity | undefined
}

/** Ids match in either case. An empty value is none. */
export function selection(
  names: SelectorNames,
  fields: Readonly<Record<string, string | undefined>>,
  identities: readonly ManagedIdentity[],
): Selection {
  const used = Object.keys(names).filter((name) => fields[name])
  const matches = (identity: ManagedIdentity): boolean =>
    used.every((name) => identity[names[name] as IdField].toLowerCase() === fields[name]?.toLowerCase())
  return { used, found: used.length > 0 ? identities.find(matches) : undefined }
}

/** The identity of requests that name none: the system-assigned one, else the only one. */
export function defaultIdentity(identities: readonly ManagedIdentity[]): ManagedIdentity | undefined {
  return identities.find(({ system }) => system) ?? (identities.length === 1 ? identities[0] : undefined)
}
