import type { App, Tenant } from '../directory/entries.ts'
import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import { authorizationCode } from '../token/authorization-code.ts'
import { clientClaim } from '../token/client-authentication.ts'
import { clientCredentials } from '../token/client-credentials.ts'
import { deviceCode, deviceTenant } from '../token/device-code.ts'
import { assertedTenant, onBehalfOf } from '../token/on-behalf-of.ts'
import { password, userTenant } from '../token/password.ts'
import { refreshToken } from '../token/refresh-token.ts'
import { registeredApp } from './registered-app.ts'
import { addressedTenant, isShared } from './tenant-segment.ts'

interface Grant {
  answer(context: RouteContext, tenant: Tenant, app: App): Promise<Response>
  /** The tenant of the user it is for, where the path is shared by all. */
  tenant?(context: RouteContext): Tenant | undefined
}

const grants: ReadonlyMap<string, Grant> = new Map<string, Grant>([
  ['client_credentials', { answer: clientCredentials }],
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', { answer: onBehalfOf, tenant: assertedTenant }],
  ['authorization_code', { answer: authorizationCode, tenant: grantedTenant }],
  ['refresh_token', { answer: refreshToken, tenant: grantedTenant }],
  ['password', { answer: password, tenant: userTenant }],
  ['urn:ietf:params:oauth:grant-type:device_code', { answer: deviceCode, tenant: deviceTenant }],
  ['device_code', { answer: deviceCode, tenant: deviceTenant }],
])

/**
 * The token endpoint, v2.0, v1 and AD FS style. The order of the checks is Entra ID's: the tenant, the grant, the
 * client, then what the grant asks for.
 */
export async function token(context: RouteContext): Promise<Response> {
  const { request, params, service } = context
  if (request.method !== 'POST') throw new Refusal(900561)
  const segment = params.tenant
  const addressed = segment === undefined || isShared(segment) ? undefined : addressedTenant(service.directory, segment)
  const grant = grants.get(required(request.form.grant_type, 'grant_type'))
  const clientId = required(clientClaim(request).clientId, 'client_id')
  if (grant === undefined) throw new Refusal(70003)
  const tenant = addressed ?? grant.tenant?.(context) ?? homeTenant(context, clientId)
  return grant.answer(context, tenant, registeredApp(service.directory, tenant, clientId))
}

function required(value: string | undefined, parameter: string): string {
  if (value) return value
  throw new Refusal(900144, { details: { parameter } })
}

/** AD FS has no tenant in its paths: the app's home counts. An app-only request to /common has none at all. */
function homeTenant({ params, service }: RouteContext, clientId: string): Tenant {
  if (params.tenant !== undefined) throw new Refusal(50059)
  const home = service.directory.app(clientId)?.tenantId
  const tenant = home === undefined ? service.directory.tenants[0] : service.directory.tenant(home)
  if (tenant) return tenant
  throw new Refusal(50059)
}

/** The home of the user that a code or a refresh token is for. */
function grantedTenant({ request, service }: RouteContext): Tenant | undefined {
  const { code = '', refresh_token: token = '' } = request.form
  const tenantId = service.codes.tenantOf(code) ?? service.refreshTokens.tenantOf(token)
  return tenantId === undefined ? undefined : service.directory.tenant(tenantId)
}
