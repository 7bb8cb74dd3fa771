import type { Tenant } from '../directory/entries.ts'
import { json } from '../json-response.ts'
import type { RouteContext } from '../service.ts'
import { readJwt, textField, timeField } from '../token/jwt.ts'

/** One entry of a list of Azure Resource Manager. */
export type Listed = Readonly<Record<string, unknown>>

const AUDIENCES = ['https://management.core.windows.net', 'https://management.azure.com']
const APPLICATION_ID = '797f4846-ba00-4fd7-ba43-dac1f8f63013'

/** The list that a token's tenant gets, or Azure Resource Manager's refusal of the token. */
export async function listed(context: RouteContext, list: (tenant: Tenant) => readonly Listed[]): Promise<Response> {
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

/** The tenant of a token that is ours, for Azure Resource Manager, and in its time; or the refusal. */
async function tenantOf({ service }: RouteContext, authorization: string): Promise<Tenant | Response> {
  const jwt = readJwt(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '')
  const invalid = (): Response => refused('InvalidAuthenticationToken', 'The access token is invalid.')
  if (jwt === undefined || !(await service.signer.verifies(jwt))) return invalid()
  const audience = textField(jwt.claims, 'aud') ?? ''
  if (!AUDIENCES.includes(audience.replace(/\/$/, '').toLowerCase()) && audience !== APPLICATION_ID) {
    const allowed = AUDIENCES.map((each) => `'${each}/','${each}'`).join(',')
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
