import type { App, Tenant } from '../directory/entries.ts'
import type { AccessTokenForm } from './access-token-form.ts'
import type { Account } from './account.ts'
import { agentClaims } from './agent-identity.ts'
import { clientAuthenticationClass, pairwiseSubject, randomClaims, timeClaims } from './claims.ts'
import type { ClientProof } from './client-authentication.ts'
import { groupClaims } from './group-claims.ts'
import { mailOf, optionalClaims } from './optional-claims.ts'

export interface UserTokenRequest {
  tenant: Tenant
  account: Account
  /** The client id of the app that the token is given to. */
  clientId: string
  proof: ClientProof
  form: AccessTokenForm
  /** Names of delegated permissions. */
  scopes: readonly string[]
  amr: readonly string[]
  /** Milliseconds since the epoch. */
  now: number
  lifetimeSeconds: number
  capabilities: readonly string[]
  /** Scheme and host of the request, if there is one. */
  origin?: string
  /** The client id of the blueprint, if an agent identity acts for its user. */
  blueprintId?: string | undefined
}

/**
 * The claims of a user's access token
 * (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
 */
export function userTokenClaims(request: UserTokenRequest): Record<string, unknown> {
  const { tenant, account, form, capabilities, blueprintId } = request
  const { api } = form
  const { person, homeIssuer } = account
  return {
    aud: form.audience,
    iss: form.issuer,
    ...timeClaims(request.now, request.lifetimeSeconds),
    ...randomClaims(),
    ...(form.version === 1 ? claimsOfVersion1(request) : claimsOfVersion2(request)),
    ...(homeIssuer === undefined ? {} : { idp: homeIssuer }),
    name: person.displayName,
    oid: account.objectId,
    scp: request.scopes.join(' '),
    sub: pairwiseSubject(account.objectId, form.audience),
    tid: tenant.id,
    ver: `${form.version}.0`,
    ...(capabilities.length > 0 ? { xms_cc: capabilities } : {}),
    ...groupClaims({ account, app: api, token: 'accessToken', origin: request.origin }),
    ...optionalClaims({ account, tenant, app: api, token: 'accessToken', now: request.now, capabilities }),
    ...(blueprintId === undefined ? {} : agentClaims(blueprintId, 'user')),
  }
}

function claimsOfVersion1({ account, amr, clientId, proof }: UserTokenRequest): Record<string, unknown> {
  const { person, homeIssuer } = account
  const names =
    homeIssuer === undefined
      ? { unique_name: person.username, upn: person.username }
      : { email: mailOf(account), unique_name: person.username }
  return {
    acct: homeIssuer === undefined ? 0 : 1,
    acr: '1',
    amr,
    appid: clientId,
    appidacr: clientAuthenticationClass[proof],
    idtyp: 'user',
    ipaddr: '127.0.0.1',
    ...names,
  }
}

function claimsOfVersion2({ account, clientId, proof }: UserTokenRequest): Record<string, unknown> {
  return {
    azp: clientId,
    azpacr: clientAuthenticationClass[proof],
    preferred_username: account.person.username,
  }
}

export interface IdTokenRequest {
  tenant: Tenant
  account: Account
  app: App
  /** Scheme and host of the client's request. */
  origin: string
  now: number
  nonce?: string
  /** The scopes that were granted; `email` brings the address. */
  scopes: readonly string[]
  /** Whether it is sent in a URL. */
  inUrl?: boolean
}

/**
 * The claims of an ID token of version 2.0
 * (https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference).
 */
export function idTokenClaims(request: IdTokenRequest): Record<string, unknown> {
  const { tenant, account, app, origin, now, nonce } = request
  const { person, homeIssuer } = account
  const { rh, uti } = randomClaims()
  const mail = request.scopes.includes('email') ? mailOf(account) : undefined
  return {
    aud: app.clientId,
    iss: `${origin}/${tenant.id}/v2.0`,
    ...timeClaims(now, 3600),
    ...(mail === undefined ? {} : { email: mail }),
    ...(homeIssuer === undefined ? {} : { idp: homeIssuer }),
    name: person.displayName,
    ...(nonce === undefined ? {} : { nonce }),
    oid: account.objectId,
    preferred_username: person.username,
    rh,
    sub: pairwiseSubject(account.objectId, app.clientId),
    tid: tenant.id,
    uti,
    ver: '2.0',
    ...groupClaims({ account, app, token: 'idToken', origin, inUrl: request.inUrl === true }),
    ...optionalClaims({ account, tenant, app, token: 'idToken', now, capabilities: [] }),
  }
}
