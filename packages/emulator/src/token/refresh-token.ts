import type { App, Tenant } from '../directory/entries.ts'
import type { RedirectPlatform } from '../directory/redirect-uris.ts'
import type { RouteContext } from '../http/received-request.ts'
import type { Kept } from '../primitives/kept.ts'
import { createSealer } from '../primitives/secrets.ts'
import { Refusal } from '../refusal/refusal.ts'
import { isoTime } from './assertion-time.ts'
import type { ClientAssertionService } from './client-assertion.ts'
import { authenticateUserClient } from './client-authentication.ts'
import { checkOrigin, type UserGrant } from './user-grant.ts'
import { grantTokens, type UserTokenService, userTokenResponse } from './user-tokens.ts'

/** The parts of the emulator that the grant uses. */
export type RefreshGrantService = ClientAssertionService &
  UserTokenService & {
    refreshTokens: Pick<RefreshTokens, 'redeem' | 'platformOf'>
  }

/** The refresh tokens of an emulator. They are not stored: each carries its own grant. */
export interface RefreshTokens {
  issue(grant: UserGrant, now: number): string
  /** The grant of a token. Throws a `Refusal` for a token that is invalid, another app's, expired or revoked. */
  redeem(token: string, clientId: string, now: number): UserGrant
  /** The home tenant of a token's user, or `undefined` if it is not a token. */
  tenantOf(token: string): string | undefined
  /** The platform that the token's authorization code was sent to. */
  platformOf(token: string): RedirectPlatform | undefined
  /** Revokes all that were issued so far, to everyone or to the user with this object id. */
  revoke(objectId?: string): void
}

interface Content {
  grant: UserGrant
  issuedAt: number
  /** Incremented with each token, because two may be issued in the same millisecond. */
  serial: number
}

/** The last issued serial, and the serials up to which tokens are revoked: for everyone, and by user. */
interface Issued {
  serial: number
  revokedForAll: number
  revoked: [objectId: string, serial: number][]
}

const refreshTokenLifetimeMs = 90 * 24 * 60 * 60_000

/** As in Entra ID, a token still works after another was issued in its place, for 90 days or until it is revoked. */
export function createRefreshTokens(kept: Kept): RefreshTokens {
  const sealer = createSealer('1.A', kept)
  const issued = (): Issued => ({ serial, revokedForAll, revoked: [...revoked] })
  const before = kept.part('refresh tokens', issued)
  const revoked = new Map(before?.revoked)
  let { serial, revokedForAll } = before ?? { serial: 0, revokedForAll: 0 }
  return {
    issue: (grant, now) => {
      serial += 1
      kept.changed()
      return sealer.seal({ grant, issuedAt: now, serial } satisfies Content)
    },
    redeem: (token, clientId, now) => {
      const content = sealer.open(token) as Content | undefined
      if (content === undefined) throw new Refusal(9002313)
      const { grant, issuedAt } = content
      if (grant.clientId !== clientId) throw new Refusal(70000)
      if (content.serial <= Math.max(revokedForAll, revoked.get(grant.person.objectId) ?? 0)) throw new Refusal(50173)
      if (grant.endsAt !== undefined && now >= grant.endsAt) {
        throw new Refusal(700084, { details: { life: '1.00:00:00', issued: isoTime(issuedAt) } })
      }
      if (now - issuedAt >= refreshTokenLifetimeMs) {
        throw new Refusal(700082, { details: { issued: isoTime(issuedAt), inactive: '90.00:00:00' } })
      }
      return grant
    },
    tenantOf: (token) => (sealer.open(token) as Content | undefined)?.grant.person.tenantId,
    platformOf: (token) => (sealer.open(token) as Content | undefined)?.grant.platform,
    revoke: (objectId) => {
      if (objectId === undefined) revokedForAll = serial
      else revoked.set(objectId, serial)
      kept.changed()
    },
  }
}

/**
 * The grant `refresh_token` (https://learn.microsoft.com/entra/identity-platform/refresh-tokens): new tokens for the
 * user, for other resources too, and a new refresh token each time.
 */
export async function refreshToken(
  context: RouteContext<RefreshGrantService>,
  tenant: Tenant,
  app: App,
): Promise<Response> {
  const { service, request } = context
  const { refresh_token: token } = request.form
  if (!token) throw new Refusal(900144, { details: { parameter: 'refresh_token' } })
  const platform = service.refreshTokens.platformOf(token)
  checkOrigin(request, app, platform)
  const proof = await authenticateUserClient(context, tenant, app, platform)
  const grant = service.refreshTokens.redeem(token, app.clientId, service.now())
  return userTokenResponse(grantTokens({ context, tenant, app, proof, grant }), { refreshable: true })
}
