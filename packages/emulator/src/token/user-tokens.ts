import type { Directory } from '../directory/directory.ts'
import type { App, Tenant } from '../directory/entries.ts'
import { json } from '../http/answer.ts'
import type { RouteContext } from '../http/received-request.ts'
import { Refusal, scriptedRefusal } from '../refusal/refusal.ts'
import { type AccessTokenFormService, accessTokenForm } from './access-token-form.ts'
import { type AccountService, accountIn } from './account.ts'
import { type AgentIdentityService, blueprintOf } from './agent-identity.ts'
import { clientCapabilities } from './claims-parameter.ts'
import type { ClientProof } from './client-authentication.ts'
import { issuedAfter, type Revocations } from './revocations.ts'
import { checkTarget, type DelegatedScopes, delegatedScopes, scopesOf } from './scopes.ts'
import { type TokenLifetimeService, tokenLifetime } from './token-lifetime.ts'
import type { TokenSigner } from './token-signer.ts'
import { idTokenClaims, userTokenClaims } from './user-claims.ts'
import type { UserGrant } from './user-grant.ts'
import { checkMember, checkUserPolicy } from './user-policy.ts'

/** The parts of the emulator that are needed for issuing a user's tokens. */
export interface UserTokenService
  extends TokenLifetimeService,
    AccessTokenFormService,
    AccountService,
    AgentIdentityService {
  directory: Pick<Directory, 'app' | 'knowsResource' | 'resource' | 'sameResource' | 'user' | 'groups'>
  signer: Pick<TokenSigner, 'sign'>
  refreshTokens: { issue(grant: UserGrant, now: number): string }
  revocations: Pick<Revocations, 'lastOf'>
  /** Milliseconds since the epoch. */
  now(): number
  issuer(tenantId: string): string
}

/** A grant that has passed every check: its tokens can be issued. */
export interface GrantedTokens {
  context: RouteContext<UserTokenService>
  tenant: Tenant
  app: App
  proof: ClientProof
  grant: UserGrant
  scopes: DelegatedScopes
  capabilities: readonly string[]
}

/** Checks the scope, resource and policies of a user grant. Throws a `Refusal`. */
export function grantTokens(parts: Omit<GrantedTokens, 'scopes' | 'capabilities'>): GrantedTokens {
  const { context, tenant, app, grant } = parts
  const { service, request } = context
  checkMember(service.directory, tenant, app, grant.person)
  const scopes = delegatedScopes(request, grant.scope)
  checkTarget(service.directory, request.path, request.form.resource, scopes.resource)
  const capabilities = clientCapabilities(request.form.claims).filter((capability) => capability === 'cp1')
  if (!service.directory.knowsResource(scopes.resource)) {
    throw new Refusal(500011, { details: { resource: scopes.resource, tenant: tenant.name } })
  }
  if (app.refuse !== undefined) throw scriptedRefusal(app.refuse, { details: { resource: scopes.resource } })
  checkUserPolicy(app, grant, scopes.resource)
  const api = service.directory.resource(scopes.resource)?.app
  return { ...parts, scopes: scopesOf(scopes, app, api), capabilities }
}

/** The token response for a user; with a refresh token only if `offline_access` was requested. */
export async function userTokenResponse(
  granted: GrantedTokens,
  options: { refreshable: boolean; nonce?: string },
): Promise<Response> {
  const { context, tenant, app, proof, grant, scopes, capabilities } = granted
  const { service, request } = context
  const now = service.now()
  const { person, clientId, amr, endsAt } = grant
  const { origin } = request
  const account = accountIn(service, tenant, person)
  const { resource } = scopes
  const { lifetimeSeconds, refreshIn } = tokenLifetime(service, app, capabilities.length > 0)
  const claims = userTokenClaims({
    ...{ tenant, account, clientId, proof, amr, lifetimeSeconds, capabilities, origin },
    now: issuedAfter(service.revocations.lastOf(person.objectId), now),
    form: accessTokenForm(service, { resource, tenantId: tenant.id, origin }),
    scopes: scopes.names,
    blueprintId: blueprintOf(service, app),
  })
  const idToken = (): Record<string, unknown> =>
    idTokenClaims({ tenant, account, app, origin, now, scopes: scopes.openidNames, ...nonceOf(options) })
  const about = { tenantId: tenant.id, clientId, app: app.name, user: person.username }
  const clientInfo = JSON.stringify({ uid: person.objectId, utid: person.tenantId })
  // Before anything is waited for: sessions that are revoked meanwhile include this one.
  const refresh = options.refreshable ? service.refreshTokens.issue(grant, now) : undefined
  return json({
    token_type: 'Bearer',
    scope: scopes.granted,
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    ...(refreshIn === undefined ? {} : { refresh_in: refreshIn }),
    access_token: await service.signer.sign(claims, { ...about, token: 'access', resource, scopes: scopes.names }),
    ...(refresh === undefined ? {} : { refresh_token: refresh }),
    ...(refresh !== undefined && endsAt !== undefined
      ? { refresh_token_expires_in: Math.floor((endsAt - now) / 1000) }
      : {}),
    ...(scopes.openid ? { id_token: await service.signer.sign(idToken(), { ...about, token: 'id' }) } : {}),
    ...(request.form.client_info === '1' ? { client_info: Buffer.from(clientInfo).toString('base64url') } : {}),
  })
}

function nonceOf({ nonce }: { nonce?: string }): { nonce?: string } {
  return nonce === undefined ? {} : { nonce }
}
