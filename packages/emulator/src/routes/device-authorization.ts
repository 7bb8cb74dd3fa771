import { hostnameOf, isLoopback } from '../host.ts'
import { json } from '../json-response.ts'
import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import { delegatedScopes } from '../token/delegated-scopes.ts'
import { registeredApp } from './registered-app.ts'
import { addressedTenant, isShared } from './tenant-segment.ts'

/**
 * `POST /{tenant}/oauth2/v2.0/devicecode`: a code for a person to type elsewhere, and one for the device to poll with
 * (RFC 8628, section 3.1). Also v1, which names its fields a little differently and writes its numbers as text, and AD FS.
 */
export function deviceAuthorization({ request, params, service }: RouteContext): Response {
  if (request.method !== 'POST') throw new Refusal(900561)
  const { directory } = service
  const { tenant: segment } = params
  const tenant = segment === undefined || isShared(segment) ? undefined : addressedTenant(directory, segment)
  const { client_id: clientId, scope, resource } = request.form
  if (!clientId) throw new Refusal(900144, { details: { parameter: 'client_id' } })
  const known = tenant ?? directory.tenants[0]
  if (known === undefined) throw new Refusal(50059)
  const app = registeredApp(directory, known, clientId)
  const asked = resource ? `openid offline_access ${resource}/.default` : scope
  if (!asked) throw new Refusal(900144, { details: { parameter: 'scope' } })
  delegatedScopes(request)
  const code = service.deviceCodes.issue({ clientId: app.clientId, scope: asked, tenantId: tenant?.id }, service.now())
  const page = `${pageOrigin(request, service)}/devicelogin`
  const isV1 = /\/oauth2\/devicecode\/?$/i.test(request.path)
  const number = (value: number): number | string => (isV1 ? String(value) : value)
  return json({
    user_code: code.userCode,
    device_code: code.deviceCode,
    verification_uri: page,
    ...(isV1 ? { verification_url: page } : {}),
    expires_in: number(code.expiresIn),
    interval: number(code.interval),
    message: `To sign in, use a web browser to open the page ${page} and enter the code ${code.userCode} to authenticate.`,
  })
}

/** Behind a real host's name the page would be that host's own, to anyone who opens it without our proxy. */
function pageOrigin({ origin, host }: RouteContext['request'], service: RouteContext['service']): string {
  return isLoopback(hostnameOf(host)) ? origin : `https://${service.ownHosts()[0]}`
}
