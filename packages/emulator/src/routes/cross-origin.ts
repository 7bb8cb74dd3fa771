import type { Directory } from '../directory/directory.ts'
import { isPageOrigin } from '../directory/redirect-uris.ts'
import type { ReceivedRequest } from '../http/received-request.ts'

/** The directory, which says whose pages may read responses. */
interface CrossOriginService {
  directory: Pick<Directory, 'apps'>
}

const openPaths =
  /\/(\.well-known\/(openid-configuration|oauth-authorization-server)|discovery\/(v2\.0\/)?keys|discovery\/instance|userinfo)$|^\/v1\.0\//i
const tokenPaths = /\/oauth2\/(v2\.0\/)?token$/i

/**
 * The headers that let pages of other origins read a response (CORS): metadata and Microsoft Graph for every origin,
 * users' tokens for those of registered `spa` redirect URIs, and nothing else. No page may have an app's own tokens.
 */
export function crossOriginHeaders(
  { path, headers, form }: ReceivedRequest,
  { directory }: CrossOriginService,
): Record<string, string> {
  const { origin } = headers
  if (origin === undefined) return {}
  if (openPaths.test(path)) return { 'access-control-allow-origin': '*' }
  if (!tokenPaths.test(path) || form.grant_type === 'client_credentials') return {}
  const isKnown = directory.apps.some(({ redirectUris }) => isPageOrigin(redirectUris, origin))
  return isKnown ? { 'access-control-allow-origin': origin, vary: 'Origin' } : {}
}

/** The answer to a preflight request (CORS). */
export function preflight(request: ReceivedRequest, service: CrossOriginService): Response | undefined {
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
