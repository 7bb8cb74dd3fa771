import type { Directory } from '../directory/directory.ts'
import type { App, Tenant } from '../directory/entries.ts'
import { json } from '../http/answer.ts'
import type { RouteContext } from '../http/received-request.ts'
import { Refusal, scriptedRefusal } from '../refusal/refusal.ts'
import { type AccessTokenFormService, accessTokenForm } from './access-token-form.ts'
import { blueprintOf, pathSubject } from './agent-identity.ts'
import { appTokenClaims } from './app-claims.ts'
import { clientCapabilities } from './claims-parameter.ts'
import type { ClientAssertionService } from './client-assertion.ts'
import { authenticateClient } from './client-authentication.ts'
import { checkTarget, requestedResource } from './scopes.ts'
import { type TokenLifetimeService, tokenLifetime } from './token-lifetime.ts'
import type { TokenSigner } from './token-signer.ts'

/** The parts of the emulator that the grant uses. */
export type ClientCredentialsService = ClientAssertionService &
  AccessTokenFormService &
  TokenLifetimeService & {
    directory: Pick<Directory, 'knowsResource' | 'sameResource'>
    signer: Pick<TokenSigner, 'sign'>
  }

/**
 * The grant `client_credentials`
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow): an app-only token for an app
 * of the tenant that authenticates.
 */
export async function clientCredentials(
  context: RouteContext<ClientCredentialsService>,
  tenant: Tenant,
  app: App,
): Promise<Response> {
  const { service, request } = context
  const resource = requestedResource(request)
  checkTarget(service.directory, request.path, request.form.resource, resource)
  const now = service.now()
  const path = request.form.fmi_path
  const subject = path === undefined ? undefined : pathSubject(tenant.id, app.clientId, path)
  const blueprintId = blueprintOf(service, app)
  const proof = await authenticateClient(context, tenant, app)
  const capabilities = clientCapabilities(request.form.claims).filter((capability) => capability === 'cp1')
  if (!service.directory.knowsResource(resource)) {
    throw new Refusal(500011, { details: { resource, tenant: tenant.name } })
  }
  if (app.refuse !== undefined) throw scriptedRefusal(app.refuse, { details: { resource } })

  const { lifetimeSeconds, refreshIn } = tokenLifetime(service, app, capabilities.length > 0)
  const form = accessTokenForm(service, { resource, tenantId: tenant.id, origin: request.origin })
  const claims = appTokenClaims({
    ...{ tenant, app, resource, form, now, lifetimeSeconds, proof, capabilities, subject, blueprintId },
  })
  return json({
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    ...(refreshIn === undefined ? {} : { refresh_in: refreshIn }),
    access_token: await service.signer.sign(claims, {
      ...{ token: 'access', tenantId: tenant.id, clientId: app.clientId, app: app.name, resource },
    }),
  })
}
