import type { User } from '../directory/entries.ts'
import type { RedirectPlatform } from '../directory/redirect-uris.ts'

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
  /** Where its authorization code was sent; grants that had none say nothing. */
  platform?: RedirectPlatform
  /** Milliseconds since the epoch: when its refresh tokens end, however often they are renewed. */
  endsAt?: number
}
