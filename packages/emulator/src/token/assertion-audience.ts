import type { Tenant } from '../directory/entries.ts'
import { hostnameOf, isLoopback } from '../host.ts'
import type { RouteContext } from '../service.ts'

/** What follows the tenant in the addresses that may stand for it: its token endpoints, its issuers, its authority. */
const PATHS = ['/oauth2/v2.0/token', '/oauth2/token', '/v2.0', '']

/**
 * Whether the `aud` of an app's assertion is the token endpoint that was asked, or another address of the same tenant
 * at one of the emulator's hosts. A region's host and the global one stand for each other.
 */
export function namesTokenEndpoint({ request, service }: RouteContext, tenant: Tenant, audience: unknown): boolean {
  if (typeof audience !== 'string' || !URL.canParse(audience)) return false
  const { host, pathname } = new URL(audience)
  // On loopback the port tells emulators apart.
  const isOurs = isLoopback(hostnameOf(host))
    ? host === request.host || service.ownHosts().includes(host)
    : service.answersTo(hostnameOf(host))
  if (!isOurs) return false
  const asked = request.path.split('/')[1]?.toLowerCase()
  const [, segment = '', rest = ''] = /^\/([^/]+)(.*?)\/?$/.exec(pathname) ?? []
  if (!PATHS.includes(rest.toLowerCase())) return false
  return segment.toLowerCase() === asked || service.directory.tenant(segment)?.id === tenant.id
}
