/** When users' sessions were revoked. */
export interface Revocations {
  /** Revokes everyone's, or those of the user with this object id. `now` is milliseconds since the epoch. */
  revoke(objectId: string | undefined, now: number): void
  /** When a user's sessions were last revoked; `undefined` if never. */
  lastOf(objectId: string): number | undefined
}

export function createRevocations(): Revocations {
  const byUser = new Map<string, number>()
  let everyone: number | undefined
  return {
    revoke: (objectId, now) => {
      if (objectId === undefined) everyone = now
      else byUser.set(objectId, now)
    },
    lastOf: (objectId) => {
      const own = byUser.get(objectId)
      return own === undefined || everyone === undefined ? (own ?? everyone) : Math.max(own, everyone)
    },
  }
}

/**
 * The moment for the claims of a user's new token, in milliseconds. They tell whole seconds, so that a token of the second
 * in which sessions were revoked could not be told from those before: it counts as one of the next second.
 */
export function issuedAfter(revokedAt: number | undefined, now: number): number {
  const second = Math.floor(now / 1000)
  return revokedAt !== undefined && Math.floor(revokedAt / 1000) === second ? (second + 1) * 1000 : now
}
