import { randomUUID } from 'node:crypto'
import type { SelfSignedCertificate } from '../pki/certificate-authority.ts'
import { isSameSecret } from '../primitives/secrets.ts'
import { refreshOptions } from './app-service.ts'
import type { HostKind, HostState } from './host-kind.ts'
import { hostJson, tokenResponse } from './host-response.ts'
import { imdsPath } from './imds.ts'

const apiVersion = '2019-07-01-preview'

/**
 * The token service of a Service Fabric cluster; the application has one identity, whatever the request says
 * (https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code).
 */
export function serviceFabric(state: HostState, tls: SelfSignedCertificate): HostKind {
  return {
    name: 'service-fabric',
    tls,
    method: 'GET',
    path: imdsPath,
    env: (origin) => ({
      IDENTITY_ENDPOINT: `${origin}${imdsPath}`,
      IDENTITY_HEADER: state.secret,
      IDENTITY_SERVER_THUMBPRINT: tls.thumbprint,
    }),
    refusal: (status) =>
      status === 429
        ? new Response('The request was throttled locally; the service allows 30 requests per 10s; retry after 4s.', {
            status,
          })
        : failure(status, 'InternalServerError', 'An error occurred.'),
    answer: async (request) => {
      const { headers, query } = request
      if (headers.secret === undefined) {
        return failure(400, 'SecretHeaderNotFound', 'Secret is not found in the request headers.')
      }
      const [identity] = state.identities
      if (identity === undefined || !isSameSecret(headers.secret, state.secret)) {
        return failure(404, 'ManagedIdentityNotFound', 'Managed identity not found for the specified application host.')
      }
      const { 'api-version': version = '', resource = '' } = query
      if (version !== apiVersion) {
        const message = `The api-version '${version}' is not supported. Supported version is '${apiVersion}'.`
        return failure(400, 'InvalidApiVersion', message)
      }
      if (resource === '') {
        return failure(400, 'ArgumentNullOrEmpty', "The parameter 'resource' should not be null or empty string.")
      }
      if (!state.knowsResource(resource)) return failure(500, 'InternalServerError', 'An error occurred.')
      const asked = { identity, resource, ...refreshOptions(request) }
      return tokenResponse(state, asked, 'number', ({ token, ...parts }) => ({
        token_type: 'Bearer',
        access_token: token.token,
        expires_on: parts.expiresOn,
        resource: parts.resource,
      }))
    },
  }
}

function failure(status: number, code: string, message: string): Response {
  return hostJson({ error: { correlationId: randomUUID(), code, message } }, status)
}
