import { randomUUID } from 'node:crypto'
import { isSameSecret } from '../primitives/secrets.ts'
import type { HostKind, HostState } from './host-kind.ts'
import { hostJson, tokenResponse } from './host-response.ts'
import { defaultIdentity, selection } from './identity.ts'

/**
 * A compute of Azure Machine Learning: App Service's API of 2017, but every request names a client id, and `expires_on`
 * is a number (https://github.com/AzureAD/microsoft-authentication-library-for-js/issues/7609).
 */
export function machineLearning(state: HostState): HostKind {
  return {
    name: 'machine-learning',
    method: 'GET',
    path: '/msi/token',
    env: (origin) => ({
      MSI_ENDPOINT: `${origin}/MSI/token`,
      MSI_SECRET: state.secret,
      ...defaultClientId(state),
    }),
    refusal: (status) => failure(status, status >= 500 ? 'An unexpected error occurred.' : 'The request was refused.'),
    answer: async ({ headers, query }) => {
      if (!isSameSecret(headers.secret, state.secret)) return failure(401, 'The secret is missing or wrong.')
      const { 'api-version': version, resource } = query
      if (version !== '2017-09-01') return failure(400, `The api-version '${version ?? ''}' is not supported.`)
      if (!resource) return failure(400, 'The parameter resource is missing.')
      const { used, found: identity } = selection({ clientid: 'clientId' }, query, state.identities)
      if (used.length === 0) return failure(400, 'The parameter clientid is missing.')
      if (identity === undefined) return failure(400, 'No managed identity found for specified clientid.')
      if (!state.knowsResource(resource)) return failure(400, `The resource ${resource} was not found.`)
      return tokenResponse(state, { identity, resource }, 'number', ({ token, ...parts }) => ({
        access_token: token.token,
        client_id: parts.identity.clientId,
        expires_on: parts.expiresOn,
        resource: parts.resource,
        token_type: 'Bearer',
      }))
    },
  }
}

function defaultClientId({ identities }: HostState): Record<string, string> {
  const identity = defaultIdentity(identities)
  return identity === undefined ? {} : { DEFAULT_IDENTITY_CLIENT_ID: identity.clientId }
}

function failure(statusCode: number, message: string): Response {
  return hostJson({ statusCode, message, correlationId: randomUUID() }, statusCode)
}
