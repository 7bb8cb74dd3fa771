import type { App } from '../directory/entries.ts'
import { isPageOrigin, type RedirectPlatform } from '../directory/redirect-uris.ts'
import type { ReceivedRequest } from '../received-request.ts'
import { Refusal } from '../refusal.ts'
import type { UserGrant } from './user-grant.ts'

const PAGE_LIFE_MS = 24 * 60 * 60_000

/** What a grant remembers of where its code went: pages must come back for another sign-in after 24 hours. */
export function sentTo(platform: RedirectPlatform, now: number): Pick<UserGrant, 'platform' | 'endsAt'> {
  return platform === 'spa' ? { platform, endsAt: now + PAGE_LIFE_MS } : { platform }
}

/** Pages of the app redeem what was issued to its pages, and nobody else does. Throws a `Refusal`. */
export function checkOrigin({ headers }: ReceivedRequest, app: App, platform: RedirectPlatform | undefined): void {
  const { origin } = headers
  if (platform === 'spa' && origin === undefined) throw new Refusal(9002327)
  const isOwn = origin === undefined || (platform === 'spa' && isPageOrigin(app.redirectUris, origin))
  if (!isOwn) throw new Refusal(9002326, { details: { origin } })
}
