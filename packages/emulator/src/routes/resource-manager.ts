import type { Directory } from '../directory/directory.ts'
import type { Tenant } from '../directory/entries.ts'
import { json } from '../http/answer.ts'
import type { RouteContext } from '../http/received-request.ts'
import { readJwt, textField, timeField } from '../primitives/jwt.ts'
import type { TokenSigner } from '../token/token-signer.ts'

/** The parts of the emulator that Azure Resource Manager's lists use. */
interface ResourceManagerService {
  directory: Pick<Directory, 'tenant' | 'subscriptions'>
  signer: Pick<TokenSigner, 'verifies'>
  /** Milliseconds since the epoch. */
  now(): number
}

/**
 * `GET /tenants` of Azure Resource Manager (https://learn.microsoft.com/rest/api/resources/tenants/list): the tenants
 * that the caller belongs to.
 */
export function tenants(context: RouteContext<ResourceManagerService>): Promise<Response> {
  return listResponse(context, (tenant) => [tenantEntry(tenant)])
}

/**
 * `GET /subscriptions` (https://learn.microsoft.com/rest/api/resources/subscriptions/list): those of the token's
 * tenant.
 */
export function subscriptions(context: RouteContext<ResourceManagerService>): Promise<Response> {
  const { directory } = context.service
  return listResponse(context, (tenant) =>
    directory.subscriptions
      .filter(({ tenantId }) => tenantId === tenant.id)
      .map(({ id, name, tenantId }) => ({
        id: `/subscriptions/${id}`,
        authorizationSource: 'RoleBased',
        managedByTenants: [],
        subscriptionId: id,
        tenantId,
        displayName: name,
        state: 'Enabled',
        subscriptionPolicies: {
          locationPlacementId: 'Public_2014-09-01',
          quotaId: 'PayAsYouGo_2014-09-01',
          spendingLimit: 'Off',
        },
      })),
  )
}

function tenantEntry({ id, name, domains }: Tenant): ListEntry {
  return {
    id: `/tenants/${id}`,
    tenantId: id,
    countryCode: 'US',
    displayName: name,
    domains,
    defaultDomain: domains[0] ?? '',
    tenantType: 'AAD',
    tenantCategory: 'Home',
  }
}

/** One entry of a list of Azure Resource Manager. */
type ListEntry = Readonly<Record<string, unknown>>

const resourceManagerAudiences = ['https://management.core.windows.net', 'https://management.azure.com']
const resourceManagerAppId = '797f4846-ba00-4fd7-ba43-dac1f8f63013'

/** The list for a token's tenant, or Azure Resource Manager's refusal of the token. */
async function listResponse(
  context: RouteContext<ResourceManagerService>,
  list: (tenant: Tenant) => readonly ListEntry[],
): Promise<Response> {
  const { request } = context
  const authorization = request.headers.authorization
  if (authorization === undefined) {
    return refused('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.")
  }
  const tenant = await tenantOf(context, authorization)
  if (tenant instanceof Response) return tenant
  if (request.query['api-version'] === undefined) {
    const message = 'The api-version query parameter (?api-version=) is required for all requests.'
    return json({ error: { code: 'MissingApiVersionParameter', message } }, { status: 400 })
  }
  const value = list(tenant)
  return json({ value, count: { type: 'Total', value: value.length } })
}

/** The tenant of a valid token for Azure Resource Manager that the emulator issued, or the refusal. */
async function tenantOf(
  { service }: RouteContext<ResourceManagerService>,
  authorization: string,
): Promise<Tenant | Response> {
  const jwt = readJwt(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '')
  const invalid = (): Response => refused('InvalidAuthenticationToken', 'The access token is invalid.')
  if (jwt === undefined || !(await service.signer.verifies(jwt))) return invalid()
  const audience = textField(jwt.claims, 'aud') ?? ''
  if (
    !resourceManagerAudiences.includes(audience.replace(/\/$/, '').toLowerCase()) &&
    audience !== resourceManagerAppId
  ) {
    const allowed = resourceManagerAudiences.map((each) => `'${each}/','${each}'`).join(',')
    const message = `The access token has been obtained for wrong audience or resource '${audience}'. It should exactly match with one of the allowed audiences ${allowed}.`
    return refused('InvalidAuthenticationTokenAudience', message)
  }
  const until = timeField(jwt.claims, 'exp') ?? 0
  if (service.now() >= until) {
    const [then, now] = [until, service.now()].map((ms) => new Date(ms).toISOString())
    const message = `The access token expiry UTC time '${then}' is earlier than current UTC time '${now}'.`
    return refused('ExpiredAuthenticationToken', message)
  }
  return service.directory.tenant(textField(jwt.claims, 'tid') ?? '') ?? invalid()
}

function refused(code: string, message: string): Response {
  const challenge = `Bearer authorization_uri="https://login.microsoftonline.com/", error="invalid_token", error_description="${message}"`
  return json({ error: { code, message } }, { status: 401, headers: { 'www-authenticate': challenge } })
}
