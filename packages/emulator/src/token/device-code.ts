import type { App, Tenant } from '../directory/entries.ts'
import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import { authenticateUserClient } from './client-authentication.ts'
import { checkMember } from './membership.ts'
import { grantTokens, userAnswer } from './user-answer.ts'

/**
 * The grant `urn:ietf:params:oauth:grant-type:device_code` (RFC 8628, section 3.4), which MSAL for Node calls
 * `device_code`: a device asks whether its user has signed in yet.
 */
export async function deviceCode(context: RouteContext, tenant: Tenant, app: App): Promise<Response> {
  const { service } = context
  const code = polledCode(context)
  if (!code) throw new Refusal(900144, { details: { parameter: 'device_code' } })
  const proof = await authenticateUserClient(context, tenant, app)
  const poll = { deviceCode: code, clientId: app.clientId, now: service.now() }
  const granted = service.deviceCodes.redeem(poll, (grant) => {
    checkMember(tenant, app, grant.person)
    return grantTokens({ context, tenant, app, proof, grant })
  })
  const asked = granted.grant.scope.split(' ').includes('offline_access')
  return userAnswer(granted, { refreshable: asked || granted.scopes.offline })
}

/** Where the path is shared: the home of the user who approved, or before that the app's. */
export function deviceTenant(context: RouteContext): Tenant | undefined {
  const { directory, deviceCodes } = context.service
  const tenantId = deviceCodes.tenantOf(polledCode(context) ?? '')
  return (tenantId === undefined ? undefined : directory.tenant(tenantId)) ?? directory.tenants[0]
}

/** MSAL for Python sends it by both names, and v1 knew it as `code`. */
function polledCode({ request }: RouteContext): string | undefined {
  return request.form.device_code ?? request.form.code
}
