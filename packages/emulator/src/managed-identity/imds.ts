import type { ReceivedRequest } from '../http/received-request.ts'
import type { HostKind, HostState, RateLimit } from './host-kind.ts'
import { hostJson, type TokenResponseParts, tokenResponse } from './host-response.ts'
import { defaultIdentity, type ManagedIdentity, selection } from './identity.ts'

/** The address of the instance metadata service on an Azure machine. */
export const imdsHost = '169.254.169.254'
export const imdsPath = '/metadata/identity/oauth2/token'

const selectors = {
  client_id: 'clientId',
  object_id: 'objectId',
  msi_res_id: 'resourceId',
  mi_res_id: 'resourceId',
} as const

/**
 * The instance metadata service of a virtual machine
 * (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).
 */
export function imds(state: HostState, limit: RateLimit | undefined): HostKind {
  return {
    ...(limit && { limit }),
    name: 'imds',
    method: 'GET',
    path: imdsPath,
    env: (origin) => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: origin }),
    refusal: imdsRefusal,
    answer: async (request) => {
      const malformed = malformedRequest(request)
      if (malformed) return malformed
      const { resource = '' } = request.query
      const { used, found } = selection(selectors, request.query, state.identities)
      if (used.length > 1) return invalid('Only one of client_id, object_id and msi_res_id may be given')
      const identity = used.length > 0 ? found : defaultIdentity(state.identities)
      if (identity === undefined) return invalid(missingIdentity(used.length > 0 || state.identities.length === 0))
      if (!state.knowsResource(resource)) return unknownResource(resource, identity)
      return tokenResponse(state, { identity, resource }, 'seconds', (parts) => ({
        ...imdsAnswer(parts),
        ...(used.includes('object_id') ? { object_id: parts.identity.objectId } : {}),
        ...(used.some((name) => name.endsWith('mi_res_id') || name === 'msi_res_id')
          ? { msi_res_id: parts.identity.resourceId }
          : {}),
      }))
    },
  }
}

function imdsAnswer({ token, identity, expiresIn, expiresOn, resource }: TokenResponseParts): Record<string, unknown> {
  return {
    access_token: token.token,
    client_id: identity.clientId,
    expires_in: String(expiresIn),
    expires_on: expiresOn,
    ext_expires_in: String(expiresIn),
    not_before: String(token.notBefore),
    resource,
    token_type: 'Bearer',
  }
}

/** The refusal of a malformed request, shared with Arc's agent; `undefined` for a well-formed one. */
export function malformedRequest({ headers, query, url }: ReceivedRequest): Response | undefined {
  if (headers.metadata !== 'true') return oauthError(400, 'bad_request_102', 'Required metadata header not specified')
  if (headers['x-forwarded-for'] !== undefined) {
    return invalid('The request has an X-Forwarded-For header: the service is not to be used through a proxy')
  }
  const names = [...new URL(url).searchParams.keys()].map((name) => name.toLowerCase())
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return invalid(`The parameter '${twice}' is given more than once`)
  const version = query['api-version']
  if (!version) return invalid("Required query variable 'api-version' is missing")
  if (!/^\d{4}-\d{2}-\d{2}$/.test(version)) return invalid("Invalid 'api-version' requested")
  if (!query.resource) return invalid('Required audience parameter not specified')
  return undefined
}

function missingIdentity(isUnknown: boolean): string {
  if (isUnknown) return 'Identity not found'
  return 'Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request'
}

export function unknownResource(resource: string, { tenantId }: ManagedIdentity): Response {
  const text = `AADSTS500011: The resource principal named ${resource} was not found in the tenant named ${tenantId}.`
  return oauthError(400, 'invalid_resource', text)
}

/** The service's own responses for the statuses that it is known to send. */
export function imdsRefusal(status: number): Response {
  if (status === 429) return oauthError(status, 'invalid_request', 'Temporarily throttled, too many requests')
  if (status === 404 || status === 410) return oauthError(status, 'not_found', 'The service is being updated')
  if (status >= 500) return oauthError(status, 'unknown', 'Failed to retrieve token from the Active directory')
  return oauthError(status, 'invalid_request', 'The request cannot be served')
}

function invalid(description: string): Response {
  return oauthError(400, 'invalid_request', description)
}

/** An OAuth error response (RFC 6749, section 5.2). */
export function oauthError(
  status: number,
  error: string,
  description: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return hostJson({ error, error_description: description }, status, headers)
}

/** Limits requests per second and at a time. Refused requests do not count. */
export function createRateLimit(perSecond: number, concurrent: number, now: () => number): RateLimit {
  let entered: number[] = []
  let inside = 0
  return {
    enter: () => {
      const at = now()
      entered = entered.filter((each) => at - each < 1000)
      if (inside >= concurrent || entered.length >= perSecond) return false
      entered.push(at)
      inside += 1
      return true
    },
    leave: () => {
      inside -= 1
    },
  }
}
