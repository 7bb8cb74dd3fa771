import type { Directory } from '../directory/directory.ts'
import type { App, Tenant } from '../directory/entries.ts'
import type { RouteContext } from '../http/received-request.ts'
import { isGuid } from '../primitives/guid.ts'
import { type Jwt, readJwt, textField, timeField } from '../primitives/jwt.ts'
import { Refusal } from '../refusal/refusal.ts'
import { isoTime } from './assertion-time.ts'
import type { ClientAssertionService } from './client-assertion.ts'
import { authenticateClient } from './client-authentication.ts'
import { type DelegatedScopes, delegatedScopes } from './scopes.ts'
import type { UserGrant } from './user-grant.ts'
import { grantTokens, type UserTokenService, userTokenResponse } from './user-tokens.ts'

/** The parts of the emulator that the grant uses. */
export type OnBehalfOfService = ClientAssertionService &
  UserTokenService & {
    directory: Pick<Directory, 'tenant' | 'user'>
    consents: { cover(userId: string, clientId: string, scopes: DelegatedScopes): boolean }
  }

/**
 * The grant `urn:ietf:params:oauth:grant-type:jwt-bearer`
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow): an app that was called with a
 * user's token gets a token for the API that it calls in turn.
 */
export async function onBehalfOf(
  context: RouteContext<OnBehalfOfService>,
  tenant: Tenant,
  app: App,
): Promise<Response> {
  const { assertion, requested_token_use: use } = context.request.form
  if (!assertion) throw new Refusal(900144, { details: { parameter: 'assertion' } })
  if (!use) throw new Refusal(900144, { details: { parameter: 'requested_token_use' } })
  if (use !== 'on_behalf_of') throw new Refusal(9002313)
  const proof = await authenticateClient(context, tenant, app)
  const jwt = readJwt(assertion)
  if (jwt === undefined) throw new Refusal(50027)
  await checkUserAssertion(context, tenant, app, jwt)
  const grant = assertedGrant(context, app, jwt)
  const scopes = delegatedScopes(context.request, grant.scope)
  if (app.consent === 'required' && !context.service.consents.cover(grant.person.objectId, app.clientId, scopes)) {
    throw new Refusal(65001, { details: { client: app.clientId, app: app.name } })
  }
  const granted = grantTokens({ context, tenant, app, proof, grant })
  return userTokenResponse(granted, { refreshable: granted.scopes.offline })
}

/** Returns if the emulator issued the assertion for this app and tenant and it is still valid. */
async function checkUserAssertion(
  context: RouteContext<OnBehalfOfService>,
  tenant: Tenant,
  app: App,
  jwt: Jwt,
): Promise<void> {
  const { service } = context
  const { claims } = jwt
  const client = app.clientId
  if (!(await service.signer.verifies(jwt))) {
    throw new Refusal(50013, {
      details: { reason: 'The provided signature value did not match the expected signature value' },
    })
  }
  if (claims.tid !== tenant.id) {
    throw new Refusal(50013, { details: { reason: 'The token issuer is not one that this tenant trusts' } })
  }
  const audience = String(claims.aud)
  const accepted = [client, `api://${client}`, ...app.identifierUris].map((uri) => uri.toLowerCase())
  if (!accepted.includes(audience.toLowerCase())) throw new Refusal(500131, { details: { audience, client } })
  const now = service.now()
  const until = timeField(claims, 'exp') ?? 0
  if (now >= until) throw new Refusal(500133, { details: { now: isoTime(now), until: isoTime(until) } })
  if (claims.idtyp === 'app' || textField(claims, 'scp') === undefined) {
    throw new Refusal(7000114, { details: { client } })
  }
}

function assertedGrant({ request, service }: RouteContext<OnBehalfOfService>, app: App, { claims }: Jwt): UserGrant {
  const objectId = textField(claims, 'oid') ?? ''
  const username = textField(claims, 'upn') ?? textField(claims, 'preferred_username') ?? ''
  const displayName = textField(claims, 'name') ?? username
  // A guest's claims do not contain their home account.
  const known = service.directory.user(objectId)
  return {
    person: known
      ? { objectId: known.objectId, username: known.username, displayName, tenantId: known.tenantId }
      : { objectId, username, displayName, tenantId: textField(claims, 'tid') ?? '' },
    clientId: app.clientId,
    scope: request.form.scope ?? `${request.form.resource}/.default`,
    amr: Array.isArray(claims.amr) ? claims.amr.map(String) : [],
  }
}

/** The tenant that a user assertion names, for requests to a shared path. */
export function assertedTenant({ request, service }: RouteContext<OnBehalfOfService>): Tenant | undefined {
  const tenantId = String(readJwt(request.form.assertion ?? '')?.claims.tid)
  return isGuid(tenantId) ? service.directory.tenant(tenantId) : undefined
}
