import type { App, Tenant } from '../directory/entries.ts'
import { json } from '../json-response.ts'
import { appTokenClaims } from '../mint.ts'
import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import { authenticateClient } from './client-authentication.ts'
import { clientCapabilities } from './client-capabilities.ts'
import { requestedResource } from './requested-resource.ts'
import { tokenLife } from './token-life.ts'

/**
 * The grant `client_credentials` (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow):
 * an app-only token for an app of the tenant that shows its secret.
 */
export async function clientCredentials(context: RouteContext, tenant: Tenant, app: App): Promise<Response> {
  const { service, request } = context
  const audience = requestedResource(request)
  const now = service.now()
  const proof = await authenticateClient(context, tenant, app)
  const capabilities = clientCapabilities(request.form.claims).filter((capability) => capability === 'cp1')
  if (!service.directory.knowsResource(audience)) {
    throw new Refusal(500011, { details: { resource: audience, tenant: tenant.name } })
  }
  if (app.refuse !== undefined) throw new Refusal(app.refuse, { details: { resource: audience } })

  const { lifetimeSeconds, refreshIn } = tokenLife(service, app, capabilities.length > 0)
  const issuer = service.issuer(tenant.id)
  const claims = appTokenClaims({ tenant, app, audience, issuer, now, lifetimeSeconds, proof, capabilities })
  return json({
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    ...(refreshIn === undefined ? {} : { refresh_in: refreshIn }),
    access_token: await service.signer.sign(claims),
  })
}
