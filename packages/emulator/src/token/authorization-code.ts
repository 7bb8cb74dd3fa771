import type { App, Tenant } from '../directory/entries.ts'
import { registeredRedirect } from '../directory/redirect-uris.ts'
import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import { authenticateUserClient } from './client-authentication.ts'
import { checkOrigin } from './redirect-platform.ts'
import { grantTokens, userAnswer } from './user-answer.ts'

/**
 * The grant `authorization_code` (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow). A code
 * that was refused for the request around it can still be redeemed.
 */
export async function authorizationCode(context: RouteContext, tenant: Tenant, app: App): Promise<Response> {
  const { service, request } = context
  const { code, redirect_uri: redirectUri, code_verifier: codeVerifier } = request.form
  if (!code) throw new Refusal(900144, { details: { parameter: 'code' } })
  if (!redirectUri) throw new Refusal(900144, { details: { parameter: 'redirect_uri' } })
  const registered = registeredRedirect(app.redirectUris, redirectUri)
  checkOrigin(request, app, registered?.platform)
  const proof = await authenticateUserClient(context, tenant, app, registered?.platform)
  if (registered === undefined) {
    throw new Refusal(50011, { details: { redirect: redirectUri, client: app.clientId } })
  }
  const redemption = { code, clientId: app.clientId, redirectUri, codeVerifier, now: service.now() }
  const { granted, nonce } = service.codes.redeem(redemption, (content) => ({
    granted: grantTokens({ context, tenant, app, proof, grant: content.grant }),
    nonce: content.nonce,
  }))
  const asked = granted.grant.scope.split(' ').includes('offline_access')
  return userAnswer(granted, {
    refreshable: asked || granted.scopes.offline,
    ...(nonce === undefined ? {} : { nonce }),
  })
}
