import { createHash, randomBytes } from 'node:crypto'
import type { App, Tenant } from './directory/entries.ts'
import type { ClientProof } from './token/client-authentication.ts'

export interface AppTokenRequest {
  tenant: Tenant
  app: App
  audience: string
  issuer: string
  /** Milliseconds since the epoch. */
  now: number
  lifetimeSeconds: number
  proof: ClientProof
  /** Client capabilities, such as `cp1` (continuous access evaluation). */
  capabilities: readonly string[]
}

/** Entra ID dates its tokens five minutes back, for clocks that go slow. */
export const BACKDATED_SECONDS: number = 300

/** The claim `appidacr`: how an app showed itself. */
export const clientRank: Readonly<Record<ClientProof, string>> = { none: '0', secret: '1', assertion: '2' }

/**
 * The claims of an app-only access token of version 1.0
 * (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
 */
export function appTokenClaims(request: AppTokenRequest): Record<string, unknown> {
  const { tenant, app, audience, issuer, capabilities } = request
  const now = Math.floor(request.now / 1000)
  const principal = app.identity?.objectId ?? servicePrincipalId(tenant.id, app.clientId)
  const roles = rolesFor(app, audience)
  return {
    aud: audience,
    iss: issuer,
    iat: now - BACKDATED_SECONDS,
    nbf: now - BACKDATED_SECONDS,
    exp: now + request.lifetimeSeconds,
    ...randomClaims(),
    appid: app.clientId,
    appidacr: clientRank[request.proof],
    idp: issuer,
    idtyp: 'app',
    oid: principal,
    ...(roles.length > 0 ? { roles } : {}),
    sub: principal,
    tid: tenant.id,
    ver: '1.0',
    ...(capabilities.length > 0 ? { xms_cc: capabilities } : {}),
    ...(app.identity ? { xms_mirid: app.identity.resourceId } : {}),
  }
}

/** The claims that mean something to Entra ID alone. From one draw of the generator, which takes its time. */
export function randomClaims(): { aio: string; rh: string; uti: string } {
  const bytes = randomBytes(85)
  const text = (from: number, to: number): string => bytes.toString('base64url', from, to)
  return { aio: text(0, 36), rh: `1.${text(36, 69)}.`, uti: text(69, 85) }
}

/** The object id of an app's service principal: a GUID that is the same for the same tenant and app, always. */
export function servicePrincipalId(tenantId: string, clientId: string): string {
  const hash = createHash('sha256').update(`${tenantId}/${clientId}`).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

function rolesFor(app: App, audience: string): readonly string[] {
  const { roles } = app
  return isList(roles) ? roles : (roles[audience] ?? roles[audience.replace(/\/$/, '')] ?? [])
}

function isList(roles: App['roles']): roles is readonly string[] {
  return Array.isArray(roles)
}
