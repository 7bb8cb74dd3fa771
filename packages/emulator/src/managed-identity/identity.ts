/** A managed identity with all its ids, GUIDs in lower case. */
export interface ManagedIdentity {
  /** Its name in `distort` and in messages. */
  readonly name: string
  /** Whether it is the system-assigned one. */
  readonly system: boolean
  /** The claim `appid` of its tokens. */
  readonly clientId: string
  /** The claim `oid` of its tokens. */
  readonly objectId: string
  /** The claim `xms_mirid` of its tokens. */
  readonly resourceId: string
  /** The tenant's id. */
  readonly tenantId: string
}

type IdField = 'clientId' | 'objectId' | 'resourceId'

/** The fields that name an identity in a request, with the id that each holds. */
export type SelectorNames = Readonly<Record<string, IdField>>

/** The identity that a request asks for. */
export interface Selection {
  /** The fields that it used. */
  used: readonly string[]
  /** The identity that has every id that was given. */
  found: ManagedIdentity | undefined
}

/** Ids match in either case. An empty value counts as absent. */
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

/** The identity of requests that do not name one: the system-assigned one, otherwise the only one. */
export function defaultIdentity(identities: readonly ManagedIdentity[]): ManagedIdentity | undefined {
  return identities.find(({ system }) => system) ?? (identities.length === 1 ? identities[0] : undefined)
}
