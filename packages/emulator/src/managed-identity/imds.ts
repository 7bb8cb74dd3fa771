import type { ReceivedRequest } from '../received-request.ts'
import type { HostKind, HostPlace } from './host-kind.ts'
import { hostJson } from './host-response.ts'
import type { ManagedIdentity } from './identity.ts'
import type { RateLimit } from './rate-limit.ts'
import { defaultIdentity, selection } from './selectors.ts'
import { type AnswerParts, tokenAnswer } from './token-answer.ts'

/** Where clients ask the instance metadata service, on a machine of Azure. */
export const IMDS_HOST = '169.254.169.254'
export const IMDS_PATH = '/metadata/identity/oauth2/token'

const SELECTORS = {
  client_id: 'clientId',
  object_id: 'objectId',
  msi_res_id: 'resourceId',
  mi_res_id: 'resourceId',
} as const

/**
 * The instance metadata service of a virtual machine
 * (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).
 */
export function imds(place: HostPlace, limit: RateLimit | undefined): HostKind {
  return {
    ...(limit && { limit }),
    name: 'imds',
    method: 'GET',
    path: IMDS_PATH,
    env: (origin) => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: origin }),
    refusal: imdsRefusal,
    answer: async (request) => {
      const malformed = malformedRequest(request)
      if (malformed) return malformed
      const { resource = '' } = request.query
      const { used, found } = selection(SELECTORS, request.query, place.identities)
      if (used.length > 1) return invalid('Only one of client_id, object_id and msi_res_id may be given')
      const identity = used.length > 0 ? found : defaultIdentity(place.identities)
      if (identity === undefined) return invalid(missingIdentity(used.length > 0 || place.identities.length === 0))
      if (!place.knowsResource(resource)) return unknownResource(resource, identity)
      return tokenAnswer(place, { identity, resource }, 'seconds', (parts) => ({
        ...imdsAnswer(parts),
        ...(used.includes('object_id') ? { object_id: parts.identity.objectId } : {}),
        ...(used.some((name) => name.endsWith('mi_res_id') || name === 'msi_res_id')
          ? { msi_res_id: parts.identity.resourceId }
          : {}),
      }))
    },
  }
}

function imdsAnswer({ token, identity, expiresIn, expiresOn, resource }: AnswerParts): Record<string, unknown> {
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

/** The refusal of what is wrong with a request's form, which Arc's agent shares; `undefined` where nothing is. */
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

/** The service's words for the statuses that it is known to answer with. */
export function imdsRefusal(status: number): Response {
  if (status === 429) return oauthError(status, 'invalid_request', 'Temporarily throttled, too many requests')
  if (status === 404 || status === 410) return oauthError(status, 'not_found', 'The service is being updated')
  if (status >= 500) return oauthError(status, 'unknown', 'Failed to retrieve token from the Active directory')
  return oauthError(status, 'invalid_request', 'The request cannot be served')
}

function invalid(description: string): Response {
  return oauthError(400, 'invalid_request', description)
}

/** An error in the form of OAuth (RFC 6749, section 5.2). */
export function oauthError(
  status: number,
  error: string,
  description: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return hostJson({ error, error_description: description }, status, headers)
}
