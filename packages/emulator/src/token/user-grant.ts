import type { App, User } from '../directory/entries.ts'
import { isPageOrigin, type RedirectPlatform } from '../directory/redirect-uris.ts'
import type { ReceivedRequest } from '../http/received-request.ts'
import { Refusal } from '../refusal/refusal.ts'

/** A user as tokens describe them. */
export type Person = Pick<User, 'objectId' | 'username' | 'displayName' | 'tenantId'>

/** A user's sign-in to an app, which codes and refresh tokens stand for. */
export interface UserGrant {
  person: Person
  /** The app it was given to. */
  clientId: string
  /** The scope that the app requested, in the form of the v2.0 endpoint. */
  scope: string
  /** How the user signed in (RFC 8176), such as `pwd` and `mfa`. */
  amr: readonly string[]
  /** The platform that its authorization code was sent to; absent without a code. */
  platform?: RedirectPlatform
  /** Milliseconds since the epoch: when its refresh tokens end, however often they are renewed. */
  endsAt?: number
}

const spaLifetimeMs = 24 * 60 * 60_000

/**
 * What a grant remembers about its redirect URI: a page's tokens end after 24 hours, and then the user must sign in
 * again.
 */
export function grantFor(platform: RedirectPlatform, now: number): Pick<UserGrant, 'platform' | 'endsAt'> {
  return platform === 'spa' ? { platform, endsAt: now + spaLifetimeMs } : { platform }
}

/** Makes sure that only the app's own pages redeem what was issued to them. Throws a `Refusal` otherwise. */
export function checkOrigin({ headers }: ReceivedRequest, app: App, platform: RedirectPlatform | undefined): void {
  const { origin } = headers
  if (platform === 'spa' && origin === undefined) throw new Refusal(9002327)
  const isOwn = origin === undefined || (platform === 'spa' && isPageOrigin(app.redirectUris, origin))
  if (!isOwn) throw new Refusal(9002326, { details: { origin } })
}
