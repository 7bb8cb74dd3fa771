/** The user-assigned identity that is asked for, by one of its three names. `undefined` is the host's own. */
export type ManagedIdentityId = { kind: 'clientId' | 'objectId' | 'resourceId'; value: string }

/** The identity, in the options of `@azure/identity`. */
export interface ManagedIdentityIds {
  /** Application id of a user-assigned identity. */
  clientId?: string | undefined
  /** Object (principal) id of a user-assigned identity. */
  objectId?: string | undefined
  /** Azure resource id of a user-assigned identity: `/subscriptions/.../userAssignedIdentities/name`. */
  resourceId?: string | undefined
}

const kinds = ['clientId', 'objectId', 'resourceId'] as const

/** Ids are GUIDs and resource paths: printable ASCII, and never as long as this. */
const idText = /^[\x20-\x7e]{1,1024}$/

/**
 * Reads which identity is asked for. Throws a `TypeError` that begins with `who` for more than one, and for what can't be
 * an id. An empty text is none, as an unset variable is.
 */
export function parseIdentity(ids: ManagedIdentityIds, who: string): ManagedIdentityId | undefined {
  const given = kinds.filter((kind) => ids[kind] !== undefined && ids[kind] !== null && ids[kind] !== '')
  if (given.length > 1) {
    throw new TypeError(
      `${who}: only one of 'clientId', 'resourceId', or 'objectId' can be provided; ${given.join(' and ')} are. Pass the one that names the identity.`,
    )
  }
  const [kind] = given
  if (kind === undefined) return undefined
  const value: unknown = ids[kind]
  if (typeof value !== 'string' || !idText.test(value)) {
    throw new TypeError(`${who}: ${kind} is no id. Pass the ${kind} of a user-assigned identity as text.`)
  }
  return { kind, value }
}
