import type { App, Tenant } from '../directory/entries.ts'
import { json } from '../json-response.ts'
import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import type { ClientProof } from './client-authentication.ts'
import { clientCapabilities } from './client-capabilities.ts'
import { checkUserPolicy } from './conditional-access.ts'
import { type DelegatedScopes, delegatedScopes } from './delegated-scopes.ts'
import { tokenLife } from './token-life.ts'
import { idTokenClaims, userTokenClaims } from './user-claims.ts'
import type { UserGrant } from './user-grant.ts'

/** A grant that nothing stands against any more: its tokens can be issued. */
export interface GrantedTokens {
  context: RouteContext
  tenant: Tenant
  app: App
  proof: ClientProof
  grant: UserGrant
  scopes: DelegatedScopes
  capabilities: readonly string[]
}

/** Checks scope, resource and policies of what an app asks for a user. Throws a `Refusal`. */
export function grantTokens(parts: Omit<GrantedTokens, 'scopes' | 'capabilities'>): GrantedTokens {
  const { context, tenant, app, grant } = parts
  const { service, request } = context
  const scopes = delegatedScopes(request, grant.scope)
  const capabilities = clientCapabilities(request.form.claims).filter((capability) => capability === 'cp1')
  if (!service.directory.knowsResource(scopes.resource)) {
    throw new Refusal(500011, { details: { resource: scopes.resource, tenant: tenant.name } })
  }
  if (app.refuse !== undefined) throw new Refusal(app.refuse, { details: { resource: scopes.resource } })
  checkUserPolicy(app, grant, scopes.resource)
  return { ...parts, scopes, capabilities }
}

/** The answer of the token endpoint with a user's tokens; a refresh token only if `offline_access` was asked for. */
export async function userAnswer(
  granted: GrantedTokens,
  options: { refreshable: boolean; nonce?: string },
): Promise<Response> {
  const { context, tenant, app, proof, grant, scopes, capabilities } = granted
  const { service, request } = context
  const now = service.now()
  const { person, clientId, amr, endsAt } = grant
  const { lifetimeSeconds, refreshIn } = tokenLife(service, app, capabilities.length > 0)
  const claims = userTokenClaims({
    ...{ tenant, person, clientId, proof, amr, now, lifetimeSeconds, capabilities },
    audience: scopes.resource,
    scopes: scopes.names,
    issuer: service.issuer(tenant.id),
  })
  const idToken = (): Record<string, unknown> =>
    idTokenClaims({ tenant, person, clientId, origin: request.origin, now, ...nonceOf(options) })
  const clientInfo = JSON.stringify({ uid: person.objectId, utid: person.tenantId })
  return json({
    token_type: 'Bearer',
    scope: scopes.granted,
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    ...(refreshIn === undefined ? {} : { refresh_in: refreshIn }),
    access_token: await service.signer.sign(claims),
    ...(options.refreshable ? { refresh_token: service.refreshTokens.issue(grant, now) } : {}),
    ...(options.refreshable && endsAt !== undefined
      ? { refresh_token_expires_in: Math.floor((endsAt - now) / 1000) }
      : {}),
    ...(scopes.openid ? { id_token: await service.signer.sign(idToken()) } : {}),
    ...(request.form.client_info === '1' ? { client_info: Buffer.from(clientInfo).toString('base64url') } : {}),
  })
}

function nonceOf({ nonce }: { nonce?: string }): { nonce?: string } {
  return nonce === undefined ? {} : { nonce }
}
