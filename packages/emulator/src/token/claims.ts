import { createHash, randomBytes } from 'node:crypto'
import type { ClientProof } from './client-authentication.ts'

/** Entra ID backdates its tokens by five minutes, for clocks that run slow. */
export const backdatedSeconds: number = 300

/** The claims `iat`, `nbf` and `exp`. */
export function timeClaims(nowMs: number, lifetimeSeconds: number): { iat: number; nbf: number; exp: number } {
  const now = Math.floor(nowMs / 1000)
  return { iat: now - backdatedSeconds, nbf: now - backdatedSeconds, exp: now + lifetimeSeconds }
}

/** The claims that only mean something to Entra ID, from one call of the generator, which is slow. */
export function randomClaims(): { aio: string; rh: string; uti: string } {
  const bytes = randomBytes(85)
  const text = (from: number, to: number): string => bytes.toString('base64url', from, to)
  return { aio: text(0, 36), rh: `1.${text(36, 69)}.`, uti: text(69, 85) }
}

/** How an app authenticated, in the form of `appidacr` (version 1.0) or `azpacr` (2.0). */
export const clientAuthenticationClass: Readonly<Record<ClientProof, string>> = {
  none: '0',
  secret: '1',
  assertion: '2',
}

/** A user's `sub`: different for each app, and always the same for one. */
export function pairwiseSubject(objectId: string, audience: string): string {
  return createHash('sha256').update(`${objectId} ${audience}`).digest('base64url')
}
