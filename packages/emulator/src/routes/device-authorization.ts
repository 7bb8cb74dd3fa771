import type { Directory } from '../directory/directory.ts'
import { addressedTenant, isShared, registeredApp } from '../directory/lookup.ts'
import { json } from '../http/answer.ts'
import { hostnameOf, isLoopback } from '../http/host-names.ts'
import type { ReceivedRequest, RouteContext } from '../http/received-request.ts'
import { Refusal, refuseDuplicate } from '../refusal/refusal.ts'
import { allowPublicClient } from '../refusal/remedies.ts'
import type { DeviceCodes } from '../token/device-code.ts'
import { checkTarget, delegatedScopes } from '../token/scopes.ts'

/** The parts of the emulator that the endpoint uses. */
interface DeviceAuthorizationService {
  directory: Pick<Directory, 'appIn' | 'sameResource' | 'tenant' | 'tenants'>
  deviceCodes: Pick<DeviceCodes, 'issue'>
  listeningHosts(): readonly string[]
  /** Milliseconds since the epoch. */
  now(): number
}

/**
 * `POST /{tenant}/oauth2/v2.0/devicecode`: a code for a person to type elsewhere, and one for the device to poll with
 * (RFC 8628, section 3.1). Also v1, which adds a field and writes numbers as strings, and AD FS.
 */
export function deviceAuthorization({ request, params, service }: RouteContext<DeviceAuthorizationService>): Response {
  if (request.method !== 'POST') throw new Refusal(900561)
  refuseDuplicate(request)
  const { directory } = service
  const { tenant: segment } = params
  const tenant = segment === undefined || isShared(segment) ? undefined : addressedTenant(directory, segment)
  const { client_id: clientId, scope, resource } = request.form
  if (!clientId) throw new Refusal(900144, { details: { parameter: 'client_id' } })
  const known = tenant ?? directory.tenants[0]
  if (known === undefined) throw new Refusal(50059)
  const app = registeredApp(directory, known, clientId)
  const isV2 = /\/v2\.0\/devicecode\/?$/i.test(request.path)
  const asked = resource && !isV2 ? `openid offline_access ${resource}/.default` : scope
  if (!asked) throw new Refusal(900144, { details: { parameter: 'scope' } })
  checkTarget(directory, request.path, resource, delegatedScopes(request).resource)
  // Entra ID hands out the code, and refuses the app once the person has signed in.
  if (!app.publicClient && !hasProof(request)) {
    request.outcome.advice = `The app is not a public client: once the person has signed in, it is refused with AADSTS7000218. ${allowPublicClient}`
  }
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

/** A confidential client may poll with its secret or assertion; those that do send it here too. */
function hasProof({ form, headers }: ReceivedRequest): boolean {
  return Boolean(form.client_secret ?? form.client_assertion ?? headers.authorization)
}

/**
 * The origin for the page. Under a real host's name, anyone who opens the page without our proxy would get that host's
 * own page.
 */
function pageOrigin({ origin, host }: ReceivedRequest, service: DeviceAuthorizationService): string {
  return isLoopback(hostnameOf(host)) ? origin : `https://${service.listeningHosts()[0]}`
}
