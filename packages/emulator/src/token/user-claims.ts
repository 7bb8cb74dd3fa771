import { createHash } from 'node:crypto'
import type { Tenant } from '../directory/entries.ts'
import { BACKDATED_SECONDS, clientRank, randomClaims } from '../mint.ts'
import type { ClientProof } from './client-authentication.ts'
import type { Person } from './user-grant.ts'

export interface UserTokenRequest {
  tenant: Tenant
  person: Person
  /** The client id of the app that the token is given to. */
  clientId: string
  proof: ClientProof
  audience: string
  /** Names of delegated permissions. */
  scopes: readonly string[]
  amr: readonly string[]
  issuer: string
  /** Milliseconds since the epoch. */
  now: number
  lifetimeSeconds: number
  capabilities: readonly string[]
}

/** The claims of a user's access token of version 1.0. */
export function userTokenClaims(request: UserTokenRequest): Record<string, unknown> {
  const { tenant, person, clientId, issuer, audience, capabilities } = request
  const now = Math.floor(request.now / 1000)
  return {
    aud: audience,
    iss: issuer,
    iat: now - BACKDATED_SECONDS,
    nbf: now - BACKDATED_SECONDS,
    exp: now + request.lifetimeSeconds,
    acct: 0,
    acr: '1',
    ...randomClaims(),
    amr: request.amr,
    appid: clientId,
    appidacr: clientRank[request.proof],
    idtyp: 'user',
    ipaddr: '127.0.0.1',
    name: person.displayName,
    oid: person.objectId,
    scp: request.scopes.join(' '),
    sub: pairwiseSubject(person.objectId, audience),
    tid: tenant.id,
    unique_name: person.username,
    upn: person.username,
    ver: '1.0',
    ...(capabilities.length > 0 ? { xms_cc: capabilities } : {}),
  }
}

export interface IdTokenRequest {
  tenant: Tenant
  person: Person
  clientId: string
  /** Scheme and host that the client asked at. */
  origin: string
  now: number
  nonce?: string
}

/** The claims of an id token of version 2.0. */
export function idTokenClaims({
  tenant,
  person,
  clientId,
  origin,
  now,
  nonce,
}: IdTokenRequest): Record<string, unknown> {
  const at = Math.floor(now / 1000)
  const { rh, uti } = randomClaims()
  return {
    aud: clientId,
    iss: `${origin}/${tenant.id}/v2.0`,
    iat: at - BACKDATED_SECONDS,
    nbf: at - BACKDATED_SECONDS,
    exp: at + 3600,
    name: person.displayName,
    ...(nonce === undefined ? {} : { nonce }),
    oid: person.objectId,
    preferred_username: person.username,
    rh,
    sub: pairwiseSubject(person.objectId, clientId),
    tid: tenant.id,
    uti,
    ver: '2.0',
  }
}

/** Another for each app, and always the same. */
function pairwiseSubject(objectId: string, audience: string): string {
  return createHash('sha256').update(`${objectId} ${audience}`).digest('base64url')
}
