import type { App, Tenant } from '../directory/entries.ts'
import { json } from '../json-response.ts'
import { appTokenClaims, signToken } from '../mint.ts'
import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import { authenticateClient, clientClaim } from './client-authentication.ts'
import { clientCapabilities } from './client-capabilities.ts'
import { requestedResource } from './requested-resource.ts'

const LIFETIME_SECONDS = 3599
const CAE_LIFETIME_SECONDS = 86_399

/**
 * The grant `client_credentials` (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow):
 * an app-only token for an app of the tenant that shows its secret.
 */
export async function clientCredentials(context: RouteContext, tenant: Tenant, app: App): Promise<Response> {
  const { service, request } = context
  const audience = requestedResource(request)
  const now = service.now()
  authenticateClient(app, clientClaim(request), now)
  const capabilities = clientCapabilities(request.form.claims).filter((capability) => capability === 'cp1')
  if (!service.directory.knowsResource(audience)) {
    throw new Refusal(500011, { details: { resource: audience, tenant: tenant.name } })
  }
  if (app.refuse !== undefined) throw new Refusal(app.refuse, { details: { resource: audience } })

  const cae = capabilities.length > 0
  const lifetimeSeconds =
    app.tokenLifetimeSeconds ?? service.tokenLifetimeSeconds ?? (cae ? CAE_LIFETIME_SECONDS : LIFETIME_SECONDS)
  const refreshIn =
    app.refreshInSeconds ?? service.refreshInSeconds ?? (cae ? Math.floor(lifetimeSeconds / 2) : undefined)
  const issuer = service.issuer(tenant.id)
  const claims = appTokenClaims({ tenant, app, audience, issuer, now, lifetimeSeconds, capabilities })
  return json({
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    ...(refreshIn === undefined ? {} : { refresh_in: refreshIn }),
    access_token: await signToken(claims, await service.signingKey),
  })
}
