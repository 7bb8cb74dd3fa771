import type { RedirectPlatform } from '../directory/redirect-uris.ts'
import { Refusal } from '../refusal.ts'
import { written } from './assertion-time.ts'
import { createSealer } from './sealed-values.ts'
import type { UserGrant } from './user-grant.ts'

/** The refresh tokens of an emulator. They are not kept: each carries what it stands for. */
export interface RefreshTokens {
  issue(grant: UserGrant, now: number): string
  /** The grant of a token. Throws a `Refusal` for what is no token, another app's, too old, or revoked. */
  redeem(token: string, clientId: string, now: number): UserGrant
  /** The home tenant of a token's user, if it is a token. */
  tenantOf(token: string): string | undefined
  /** Where the code went that a token came from. */
  platformOf(token: string): RedirectPlatform | undefined
  /** Ends all that were issued before, to everyone or to the user of this object id. */
  revoke(objectId?: string): void
}

interface Content {
  grant: UserGrant
  issuedAt: number
  /** Counts up with each token, because two may be of one millisecond. */
  serial: number
}

const LIFE_MS = 90 * 24 * 60 * 60_000

/** As in Entra ID, a token still works when another was issued in its place, until 90 days or a revocation end it. */
export function createRefreshTokens(): RefreshTokens {
  const sealer = createSealer('1.A')
  const revoked = new Map<string, number>()
  let revokedForAll = 0
  let serial = 0
  return {
    issue: (grant, now) => {
      serial += 1
      return sealer.seal({ grant, issuedAt: now, serial } satisfies Content)
    },
    redeem: (token, clientId, now) => {
      const content = sealer.open(token) as Content | undefined
      if (content === undefined) throw new Refusal(9002313)
      const { grant, issuedAt } = content
      if (grant.clientId !== clientId) throw new Refusal(70000)
      if (content.serial <= Math.max(revokedForAll, revoked.get(grant.person.objectId) ?? 0)) throw new Refusal(50173)
      if (grant.endsAt !== undefined && now >= grant.endsAt) {
        throw new Refusal(700084, { details: { life: '1.00:00:00', issued: written(issuedAt) } })
      }
      if (now - issuedAt >= LIFE_MS) {
        throw new Refusal(700082, { details: { issued: written(issuedAt), inactive: '90.00:00:00' } })
      }
      return grant
    },
    tenantOf: (token) => (sealer.open(token) as Content | undefined)?.grant.person.tenantId,
    platformOf: (token) => (sealer.open(token) as Content | undefined)?.grant.platform,
    revoke: (objectId) => {
      if (objectId === undefined) revokedForAll = serial
      else revoked.set(objectId, serial)
    },
  }
}
