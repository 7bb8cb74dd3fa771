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
