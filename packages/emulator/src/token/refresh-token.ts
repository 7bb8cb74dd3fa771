import type { App, Tenant } from '../directory/entries.ts'
import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import { authenticateUserClient } from './client-authentication.ts'
import { checkMember } from './membership.ts'
import { checkOrigin } from './redirect-platform.ts'
import { grantTokens, userAnswer } from './user-answer.ts'

/**
 * The grant `refresh_token` (https://learn.microsoft.com/entra/identity-platform/refresh-tokens): other tokens for the
 * user, also for other resources, and a new refresh token each time.
 */
export async function refreshToken(context: RouteContext, tenant: Tenant, app: App): Promise<Response> {
  const { service, request } = context
  const { refresh_token: token } = request.form
  if (!token) throw new Refusal(900144, { details: { parameter: 'refresh_token' } })
  const platform = service.refreshTokens.platformOf(token)
  checkOrigin(request, app, platform)
  const proof = await authenticateUserClient(context, tenant, app, platform)
  const grant = service.refreshTokens.redeem(token, app.clientId, service.now())
  checkMember(tenant, app, grant.person)
  return userAnswer(grantTokens({ context, tenant, app, proof, grant }), { refreshable: true })
}
