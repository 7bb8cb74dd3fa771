import { json } from '../http/answer.ts'
import { hostnameOf } from '../http/host-names.ts'
import type { RouteContext } from '../http/received-request.ts'
import { Refusal } from '../refusal/refusal.ts'

const publicCloudHosts = ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net']

/**
 * `GET /common/discovery/instance`: whether an authority is valid, and by which names its tokens are to be cached
 * (version 1.1 only). Refuses hosts that the emulator does not answer to.
 */
export function instanceDiscovery({
  request,
  service,
}: RouteContext<{ answersTo(hostname: string): boolean }>): Response {
  const asked = request.query.authorization_endpoint
  if (asked === undefined) throw new Refusal(900144, { details: { parameter: 'authorization_endpoint' } })
  if (!URL.canParse(asked)) throw new Refusal(50049)
  const authority = new URL(asked)
  if (!service.answersTo(hostnameOf(authority.host))) throw new Refusal(50049)
  const segment = authority.pathname.split('/')[1] || 'common'
  const version = /\/oauth2\/authorize\/?$/i.test(authority.pathname) ? '' : '/v2.0'
  const isFirst = request.query['api-version'] === '1.0'
  return json({
    tenant_discovery_endpoint: `${request.origin}/${segment}${version}/.well-known/openid-configuration`,
    'api-version': request.query['api-version'] ?? '1.1',
    ...(isFirst ? {} : { metadata: [...new Set([request.host, authority.host])].map(aliases) }),
  })
}

function aliases(host: string): Record<string, unknown> {
  return publicCloudHosts.includes(host)
    ? { preferred_network: publicCloudHosts[0], preferred_cache: publicCloudHosts[1], aliases: publicCloudHosts }
    : { preferred_network: host, preferred_cache: host, aliases: [host] }
}
