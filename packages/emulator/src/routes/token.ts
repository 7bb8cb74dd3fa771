import type { Directory } from '../directory/directory.ts'
import type { App, Tenant } from '../directory/entries.ts'
import { addressedTenant, isShared, registeredApp } from '../directory/lookup.ts'
import type { RouteContext } from '../http/received-request.ts'
import { Refusal, refuseDuplicate } from '../refusal/refusal.ts'
import { type AgentUserService, agentUser } from '../token/agent-user.ts'
import { type AuthorizationCodes, authorizationCode, type CodeGrantService } from '../token/authorization-code.ts'
import { clientClaim } from '../token/client-authentication.ts'
import { type ClientCredentialsService, clientCredentials } from '../token/client-credentials.ts'
import { type DeviceCodeGrantService, deviceCode, deviceTenant } from '../token/device-code.ts'
import { assertedTenant, type OnBehalfOfService, onBehalfOf } from '../token/on-behalf-of.ts'
import { type PasswordGrantService, password, userTenant } from '../token/password.ts'
import { type RefreshGrantService, type RefreshTokens, refreshToken } from '../token/refresh-token.ts'

/** The parts of the emulator that the grants, and the search for their tenant, use. */
type TokenService = ClientCredentialsService &
  OnBehalfOfService &
  CodeGrantService &
  RefreshGrantService &
  PasswordGrantService &
  DeviceCodeGrantService &
  AgentUserService & {
    directory: Pick<Directory, 'app' | 'appIn' | 'tenant' | 'tenants'>
    codes: Pick<AuthorizationCodes, 'tenantOf'>
    refreshTokens: Pick<RefreshTokens, 'tenantOf'>
  }

interface Grant {
  answer(context: RouteContext<TokenService>, tenant: Tenant, app: App): Promise<Response>
  /** The tenant of the user it is for, if the path is shared by all tenants. */
  tenant?(context: RouteContext<TokenService>): Tenant | undefined
}

const grants: ReadonlyMap<string, Grant> = new Map<string, Grant>([
  ['client_credentials', { answer: clientCredentials }],
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', { answer: onBehalfOf, tenant: assertedTenant }],
  ['authorization_code', { answer: authorizationCode, tenant: grantedTenant }],
  ['refresh_token', { answer: refreshToken, tenant: grantedTenant }],
  ['password', { answer: password, tenant: userTenant }],
  ['urn:ietf:params:oauth:grant-type:device_code', { answer: deviceCode, tenant: deviceTenant }],
  ['device_code', { answer: deviceCode, tenant: deviceTenant }],
  ['user_fic', { answer: agentUser }],
])

/**
 * The token endpoint, v2.0, v1 and AD FS style. The order of the checks is Entra ID's: the tenant, the grant, the
 * client, then the details of the grant.
 */
export async function token(context: RouteContext<TokenService>): Promise<Response> {
  const { request, params, service } = context
  if (request.method !== 'POST') throw new Refusal(900561)
  refuseDuplicate(request)
  const segment = params.tenant
  const addressed = segment === undefined || isShared(segment) ? undefined : addressedTenant(service.directory, segment)
  const grant = grants.get(required(request.form.grant_type, 'grant_type'))
  const clientId = required(clientClaim(request).clientId, 'client_id')
  if (grant === undefined) throw new Refusal(70003)
  if (request.form.fmi_path !== undefined && request.form.grant_type !== 'client_credentials') {
    throw new Refusal(90023, { details: { parameter: 'fmi_path' } })
  }
  // A token that is bound to a key (proof of possession, SSH certificates) would be another one than a bearer token.
  if ((request.form.token_type ?? 'bearer').toLowerCase() !== 'bearer') {
    throw new Refusal(90023, { details: { parameter: 'token_type' } })
  }
  if (request.form.req_cnf !== undefined) throw new Refusal(90023, { details: { parameter: 'req_cnf' } })
  const tenant = addressed ?? grant.tenant?.(context) ?? homeTenant(context, clientId)
  return grant.answer(context, tenant, registeredApp(service.directory, tenant, clientId))
}

function required(value: string | undefined, parameter: string): string {
  if (value) return value
  throw new Refusal(900144, { details: { parameter } })
}

/** AD FS has no tenant in its paths, so the app's home is used. An app-only request to /common has no tenant at all. */
function homeTenant({ params, service }: RouteContext<TokenService>, clientId: string): Tenant {
  if (params.tenant !== undefined) throw new Refusal(50059)
  const home = service.directory.app(clientId)?.tenantId
  const tenant = home === undefined ? service.directory.tenants[0] : service.directory.tenant(home)
  if (tenant) return tenant
  throw new Refusal(50059)
}

/** The home tenant of the user that a code or refresh token is for. */
function grantedTenant({ request, service }: RouteContext<TokenService>): Tenant | undefined {
  const { code = '', refresh_token: token = '' } = request.form
  const tenantId = service.codes.tenantOf(code) ?? service.refreshTokens.tenantOf(token)
  return tenantId === undefined ? undefined : service.directory.tenant(tenantId)
}
