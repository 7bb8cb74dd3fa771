/** The requested user-assigned identity, by one of its three ids. `undefined` means the host's own identity. */
export type ManagedIdentityId = { kind: 'clientId' | 'objectId' | 'resourceId'; value: string }

/** The identity, in the form of the options of `@azure/identity`. */
export interface ManagedIdentityIds {
  /** Application id of a user-assigned identity. */
  clientId?: string | undefined
  /** Object (principal) id of a user-assigned identity. */
  objectId?: string | undefined
  /** Azure resource id of a user-assigned identity: `/subscriptions/.../userAssignedIdentities/name`. */
  resourceId?: string | undefined
}

const kinds = ['clientId', 'objectId', 'resourceId'] as const

/** Ids are GUIDs and resource paths: printable ASCII, and never longer than this. */
const idText = /^[\x20-\x7e]{1,1024}$/

/**
 * Reads which identity is requested. Throws a `TypeError` that begins with `who` for more than one, and for an invalid
 * id. An empty string counts as none, like an unset variable.
 */
export function parseIdentity(ids: ManagedIdentityIds, who: string): ManagedIdentityId | undefined {
  const given = kinds.filter((kind) => ids[kind] !== undefined && ids[kind] !== null && ids[kind] !== '')
  if (given.length > 1) {
    throw new TypeError(
      `${who}: only one of 'clientId', 'resourceId', or 'objectId' can be provided; ${given.join(' and ')} are. Pass only one of them.`,
    )
  }
  const [kind] = given
  if (kind === undefined) return undefined
  const value: unknown = ids[kind]
  if (typeof value !== 'string' || !idText.test(value)) {
    throw new TypeError(`${who}: ${kind} is not an id. Pass the ${kind} of a user-assigned identity as a string.`)
  }
  return { kind, value }
}
