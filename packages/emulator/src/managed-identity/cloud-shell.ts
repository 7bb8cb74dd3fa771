import type { HostKind, HostState } from './host-kind.ts'
import { hostJson, tokenResponse } from './host-response.ts'

/** Azure Cloud Shell, which has one identity, and tokens for certain resources only. */
export function cloudShell(state: HostState, audiences: readonly string[] | undefined): HostKind {
  return {
    name: 'cloud-shell',
    method: 'POST',
    path: '/oauth2/token',
    env: (origin) => ({ MSI_ENDPOINT: `${origin}/oauth2/token` }),
    refusal: (status) => failure(status, status >= 500 ? 'InternalServerError' : 'BadRequest', 'The request failed.'),
    answer: async ({ headers, form }) => {
      if (headers.metadata !== 'true') return failure(400, 'bad_request_102', 'Required metadata header not specified')
      const { resource } = form
      if (!resource) return failure(400, 'invalid_request', 'Required audience parameter not specified')
      const [identity] = state.identities
      if (identity === undefined) return failure(400, 'invalid_request', 'Identity not found')
      if (!state.knowsResource(resource) || (audiences && !audiences.includes(resource))) {
        return failure(400, 'AudienceNotSupported', unsupported(resource, audiences))
      }
      return tokenResponse(state, { identity, resource }, 'seconds', ({ token, ...parts }) => ({
        access_token: token.token,
        refresh_token: '',
        expires_in: String(parts.expiresIn),
        expires_on: parts.expiresOn,
        not_before: String(token.notBefore),
        resource: parts.resource,
        token_type: 'Bearer',
      }))
    },
  }
}

function unsupported(resource: string, audiences: readonly string[] | undefined): string {
  const message = `Audience ${resource} is not a supported MSI token audience.`
  return audiences === undefined ? message : `${message} Supported audiences: ${audiences}`
}

function failure(status: number, code: string, message: string): Response {
  return hostJson({ error: { code, message } }, status)
}
