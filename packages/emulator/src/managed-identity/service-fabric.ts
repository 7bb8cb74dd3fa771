import { randomUUID } from 'node:crypto'
import type { SelfSignedCertificate } from '../pki/certificate-authority.ts'
import { refreshOptions } from './app-service.ts'
import type { HostKind, HostPlace } from './host-kind.ts'
import { hostJson } from './host-response.ts'
import { IMDS_PATH } from './imds.ts'
import { sameSecret } from './same-secret.ts'
import { tokenAnswer } from './token-answer.ts'

const VERSION = '2019-07-01-preview'

/**
 * The token service of a Service Fabric cluster; the application has one identity, whatever the request says
 * (https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code).
 */
export function serviceFabric(place: HostPlace, tls: SelfSignedCertificate): HostKind {
  return {
    name: 'service-fabric',
    tls,
    method: 'GET',
    path: IMDS_PATH,
    env: (origin) => ({
      IDENTITY_ENDPOINT: `${origin}${IMDS_PATH}`,
      IDENTITY_HEADER: place.secret,
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
      const [identity] = place.identities
      if (identity === undefined || !sameSecret(headers.secret, place.secret)) {
        return failure(404, 'ManagedIdentityNotFound', 'Managed identity not found for the specified application host.')
      }
      const { 'api-version': version = '', resource = '' } = query
      if (version !== VERSION) {
        const message = `The api-version '${version}' is not supported. Supported version is '${VERSION}'.`
        return failure(400, 'InvalidApiVersion', message)
      }
      if (resource === '') {
        return failure(400, 'ArgumentNullOrEmpty', "The parameter 'resource' should not be null or empty string.")
      }
      if (!place.knowsResource(resource)) return failure(500, 'InternalServerError', 'An error occurred.')
      const asked = { identity, resource, ...refreshOptions(request) }
      return tokenAnswer(place, asked, 'number', ({ token, ...parts }) => ({
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
