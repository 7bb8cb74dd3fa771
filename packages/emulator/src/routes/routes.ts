import type { Route } from '../service.ts'
import { home } from './home.ts'
import { instanceDiscovery } from './instance-discovery.ts'
import { keys, keysV1 } from './keys.ts'
import { openidConfiguration, openidConfigurationAdfs, openidConfigurationV1 } from './openid-configuration.ts'
import { token } from './token.ts'

interface Entry {
  /** Methods it answers; `*` leaves the refusal to the route. */
  method: 'GET' | '*'
  pattern: RegExp
  route: Route
}

/** The first that fits is taken, so fixed paths stand before those with a tenant. */
const table: readonly Entry[] = [
  entry('GET', '/', home),
  entry('GET', '/:tenant/discovery/instance', instanceDiscovery),
  entry('GET', '/adfs/.well-known/openid-configuration', openidConfigurationAdfs),
  entry('GET', '/adfs/discovery/keys', keysV1),
  entry('*', '/adfs/oauth2/token', token),
  entry('GET', '/:tenant/v2.0/.well-known/openid-configuration', openidConfiguration),
  entry('GET', '/:tenant/.well-known/openid-configuration', openidConfigurationV1),
  entry('GET', '/:tenant/discovery/v2.0/keys', keys),
  entry('GET', '/:tenant/discovery/keys', keysV1),
  entry('*', '/:tenant/oauth2/v2.0/token', token),
  entry('*', '/:tenant/oauth2/token', token),
]

/** Finds a request's route; `undefined` when there is no such path, `'method'` when it takes another method. */
export function findRoute(
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | 'method' | undefined {
  const clean = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
  for (const { method: only, pattern, route } of table) {
    const match = pattern.exec(clean)
    if (!match) continue
    if (only === 'GET' && method !== 'GET' && method !== 'HEAD') return 'method'
    return { route, params: decoded(match.groups) }
  }
  return undefined
}

function entry(method: Entry['method'], path: string, route: Route): Entry {
  const source = path.replaceAll('.', '\\.').replace(/:(\w+)/g, '(?<$1>[^/]+)')
  return { method, pattern: new RegExp(`^${source}$`, 'i'), route }
}

function decoded(groups: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodedSegment(value)]))
}

function decodedSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
