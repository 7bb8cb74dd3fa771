import { randomUUID } from 'node:crypto'
import type { ReceivedRequest } from '../http/received-request.ts'
import { isSameSecret } from '../primitives/secrets.ts'
import type { AppServiceApiVersion } from './declaration.ts'
import type { HostKind, HostState } from './host-kind.ts'
import { hostJson, type TokenResponseParts, tokenResponse } from './host-response.ts'
import { type ManagedIdentity, type Selection, selection } from './identity.ts'

const selectors = {
  client_id: 'clientId',
  object_id: 'objectId',
  principal_id: 'objectId',
  mi_res_id: 'resourceId',
} as const
const selectors2017 = { clientid: 'clientId' } as const

/**
 * App Service, Functions and Container Apps
 * (https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference).
 */
export function appService(state: HostState, apiVersions: readonly AppServiceApiVersion[]): HostKind {
  return {
    name: 'app-service',
    method: 'GET',
    path: '/msi/token',
    env: (origin) => ({
      IDENTITY_ENDPOINT: `${origin}/msi/token`,
      IDENTITY_HEADER: state.secret,
      ...(apiVersions.includes('2017-09-01') ? { MSI_ENDPOINT: `${origin}/msi/token`, MSI_SECRET: state.secret } : {}),
    }),
    refusal: appServiceRefusal,
    answer: async (request) => {
      const { query, headers } = request
      const version = apiVersions.find((each) => each === query['api-version'])
      if (version === undefined) return unsupportedVersion(request)
      const isOld = version === '2017-09-01'
      // go-azure-sdk, and therefore Terraform, sends the second one.
      const shown = isOld ? headers.secret : (headers['x-identity-header'] ?? headers['x-ms-identity'])
      if (!isSameSecret(shown, state.secret)) return failure(isOld ? 401 : 403, isOld ? 'Unauthorized' : 'Forbidden')
      if (!query.resource) return failure(400, 'The parameter resource is missing.')
      const chosen = selection(isOld ? selectors2017 : selectors, query, state.identities)
      if (chosen.used.length > 1)
        return failure(400, 'More than one of client_id, principal_id and mi_res_id is given.')
      const identity = served(chosen, state, isOld)
      if (identity === undefined) return failure(400, notFound(chosen, isOld))
      if (!state.knowsResource(query.resource)) return unknownAudience(query.resource, identity)
      const asked = { identity, resource: query.resource, ...(version === '2025-03-30' ? refreshOptions(request) : {}) }
      return tokenResponse(state, asked, isOld ? 'us-12-hour' : 'seconds', isOld ? answer2017 : answer2019)
    },
  }
}

/** API 2025-03-30, shared with Service Fabric: the client's capabilities, and the token that it considers revoked. */
export function refreshOptions({ query }: ReceivedRequest): { capabilities: string[]; revoked: string | undefined } {
  const capabilities = (query.xms_cc ?? '').split(',').filter((each) => each.toLowerCase() === 'cp1')
  return { capabilities, revoked: query.token_sha256_to_refresh }
}

/** Without an id, the system-assigned identity; the old version also falls back to it for unknown ids. */
function served({ used, found }: Selection, { identities }: HostState, isOld: boolean): ManagedIdentity | undefined {
  const system = identities.find((identity) => identity.system)
  if (used.length === 0) return system
  return isOld ? (found ?? system) : found
}

function notFound({ used }: Selection, isOld: boolean): string {
  if (used.length === 0) return 'Unable to load the proper Managed Identity.'
  if (isOld) return 'No MSI found for specified ClientId/ResourceId.'
  return 'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.'
}

/** The platform writes client ids in upper case. */
function answer2019({ token, identity, resource, expiresOn }: TokenResponseParts): Record<string, unknown> {
  return {
    access_token: token.token,
    expires_on: expiresOn,
    resource,
    token_type: 'Bearer',
    client_id: identity.clientId.toUpperCase(),
  }
}

function answer2017({ token, resource, expiresOn }: TokenResponseParts): Record<string, unknown> {
  return { access_token: token.token, expires_on: expiresOn, resource, token_type: 'Bearer' }
}

function unsupportedVersion({ url, query }: ReceivedRequest): Response {
  const version = query['api-version'] ?? ''
  const message = `The HTTP resource that matches the request URI '${url}' does not support the API version '${version}'.`
  return hostJson({ error: { code: 'UnsupportedApiVersion', message, innerError: null } }, 400)
}

function unknownAudience(resource: string, { tenantId }: ManagedIdentity): Response {
  return failure(
    500,
    `AADSTS500011: The resource principal named ${resource} was not found in the tenant named ${tenantId}.`,
  )
}

function appServiceRefusal(status: number): Response {
  if (status === 429) return failure(status, 'Too many requests.')
  return failure(status, status >= 500 ? 'An unexpected error occured while fetching the AAD Token.' : 'Bad request.')
}

function failure(statusCode: number, message: string): Response {
  const correlationId = randomUUID()
  return hostJson({ statusCode, message, correlationId }, statusCode, { 'x-correlation-id': correlationId })
}
