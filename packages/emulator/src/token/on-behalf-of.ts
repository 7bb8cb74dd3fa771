import type { App, Tenant } from '../directory/entries.ts'
import { isGuid } from '../directory/fields.ts'
import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import { written } from './assertion-time.ts'
import { authenticateClient } from './client-authentication.ts'
import { delegatedScopes } from './delegated-scopes.ts'
import { type Jwt, readJwt, textField, timeField } from './jwt.ts'
import { grantTokens, userAnswer } from './user-answer.ts'
import type { UserGrant } from './user-grant.ts'

/**
 * The grant `urn:ietf:params:oauth:grant-type:jwt-bearer`
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow): an app that was called with a
 * user's token gets one for what it calls itself.
 */
export async function onBehalfOf(context: RouteContext, tenant: Tenant, app: App): Promise<Response> {
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
    throw new Refusal(65001, { details: { client: app.clientId } })
  }
  const granted = grantTokens({ context, tenant, app, proof, grant })
  return userAnswer(granted, { refreshable: granted.scopes.offline })
}

/** Returns if the assertion is the emulator's, for this app and tenant, and in its time. */
async function checkUserAssertion(context: RouteContext, tenant: Tenant, app: App, jwt: Jwt): Promise<void> {
  const { service } = context
  const { claims } = jwt
  const client = app.clientId
  if (!(await service.signer.verifies(jwt))) {
    throw new Refusal(50013, {
      details: { reason: 'The provided signature value did not match the expected signature value' },
    })
  }
  if (claims.iss !== service.issuer(tenant.id)) {
    throw new Refusal(50013, { details: { reason: 'The token issuer is not one that this tenant trusts' } })
  }
  const audience = String(claims.aud)
  const own = [client, `api://${client}`, ...app.identifierUris].map((uri) => uri.toLowerCase())
  if (!own.includes(audience.toLowerCase())) throw new Refusal(500131, { details: { audience, client } })
  const now = service.now()
  const until = timeField(claims, 'exp') ?? 0
  if (now >= until) throw new Refusal(500133, { details: { now: written(now), until: written(until) } })
  if (claims.idtyp === 'app' || textField(claims, 'scp') === undefined) {
    throw new Refusal(7000114, { details: { client } })
  }
}

function assertedGrant({ request }: RouteContext, app: App, { claims }: Jwt): UserGrant {
  const username = textField(claims, 'upn') ?? ''
  return {
    person: {
      objectId: textField(claims, 'oid') ?? '',
      username,
      displayName: textField(claims, 'name') ?? username,
      tenantId: textField(claims, 'tid') ?? '',
    },
    clientId: app.clientId,
    scope: request.form.scope ?? `${request.form.resource}/.default`,
    amr: Array.isArray(claims.amr) ? claims.amr.map(String) : [],
  }
}

/** The tenant that a user assertion names, for requests that address none. */
export function assertedTenant({ request, service }: RouteContext): Tenant | undefined {
  const tenantId = String(readJwt(request.form.assertion ?? '')?.claims.tid)
  return isGuid(tenantId) ? service.directory.tenant(tenantId) : undefined
}
