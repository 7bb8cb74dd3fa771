import { isPageOrigin } from '../directory/redirect-uris.ts'
import type { ReceivedRequest } from '../received-request.ts'
import type { Service } from '../service.ts'

const METADATA = /\/(\.well-known\/openid-configuration|discovery\/(v2\.0\/)?keys|discovery\/instance)$/i
const TOKEN = /\/oauth2\/(v2\.0\/)?token$/i

/**
 * The headers that let pages of other origins read an answer (CORS): metadata for everyone, tokens for the origins of
 * registered `spa` redirect URIs, nothing else for anyone.
 */
export function crossOriginHeaders({ path, headers }: ReceivedRequest, { directory }: Service): Record<string, string> {
  const { origin } = headers
  if (origin === undefined) return {}
  if (METADATA.test(path)) return { 'access-control-allow-origin': '*' }
  if (!TOKEN.test(path)) return {}
  const isKnown = directory.apps.some(({ redirectUris }) => isPageOrigin(redirectUris, origin))
  return isKnown ? { 'access-control-allow-origin': origin, vary: 'Origin' } : {}
}

/** The answer to the question that a browser asks before it sends a request of its own making. */
export function preflight(request: ReceivedRequest, service: Service): Response | undefined {
  if (request.method !== 'OPTIONS') return undefined
  const headers = crossOriginHeaders(request, service)
  if (headers['access-control-allow-origin'] === undefined) return undefined
  return new Response(null, {
    status: 204,
    headers: {
      ...headers,
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? 'content-type',
      'access-control-max-age': '86400',
    },
  })
}
