import type { User } from '../directory/entries.ts'

/** A user as tokens tell of them. */
export type Person = Pick<User, 'objectId' | 'username' | 'displayName' | 'tenantId'>

/** That a user signed in to an app: what codes and refresh tokens stand for. */
export interface UserGrant {
  person: Person
  /** The app it was given to. */
  clientId: string
  /** As the app asked, in the form of the v2.0 endpoint. */
  scope: string
  /** How the user signed in (RFC 8176), such as `pwd` and `mfa`. */
  amr: readonly string[]
}
