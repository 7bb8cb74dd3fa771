import type { ReceivedRequest } from '../received-request.ts'
import type { SelectorPolicy } from './declaration.ts'
import type { HostKind, HostPlace } from './host-kind.ts'
import { IMDS_PATH, imdsRefusal, malformedRequest, oauthError, unknownResource } from './imds.ts'
import type { KeyFiles } from './key-files.ts'
import { tokenAnswer } from './token-answer.ts'

const VERSIONS = ['2019-11-01', '2020-06-01']
const SELECTORS = ['client_id', 'object_id', 'msi_res_id']

/**
 * The agent of an Arc-enabled server: who can read its key file gets a token
 * (https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication).
 */
export function azureArc(place: HostPlace, keyFiles: KeyFiles, userAssigned: SelectorPolicy): HostKind {
  const challenge = async (): Promise<Response> => {
    const file = await keyFiles.write()
    const write = place.distortion().challenge ?? ((keyFile) => `Basic realm=${keyFile}`)
    const header = write(file)
    const headers = header === undefined ? {} : { 'www-authenticate': header }
    return oauthError(401, 'unauthorized_client', 'Missing Basic Authorization header', headers)
  }
  return {
    name: 'azure-arc',
    method: 'GET',
    path: IMDS_PATH,
    env: (origin) => ({ IDENTITY_ENDPOINT: `${origin}${IMDS_PATH}`, IMDS_ENDPOINT: origin }),
    refusal: imdsRefusal,
    release: keyFiles.removeAll,
    answer: async (request) => {
      const malformed = malformedRequest(request) ?? unsupported(request, userAssigned)
      if (malformed) return malformed
      const [, shown] = /^Basic (.*)$/i.exec(request.headers.authorization ?? '') ?? []
      if (shown === undefined || place.distortion().keepsChallenging) return challenge()
      if (!(await keyFiles.take(shown))) return oauthError(403, 'access_denied', 'The challenge token is not valid')
      const [identity] = place.identities
      const { resource = '' } = request.query
      if (identity === undefined) return oauthError(400, 'invalid_request', 'Identity not found')
      if (!place.knowsResource(resource)) return unknownResource(resource, identity)
      return tokenAnswer(place, { identity, resource }, 'seconds', ({ token, ...parts }) => ({
        access_token: token.token,
        expires_in: String(parts.expiresIn),
        expires_on: parts.expiresOn,
        not_before: String(token.notBefore),
        resource: parts.resource,
        token_type: 'Bearer',
      }))
    },
  }
}

function unsupported({ query }: ReceivedRequest, userAssigned: SelectorPolicy): Response | undefined {
  const version = query['api-version'] ?? ''
  if (!VERSIONS.includes(version))
    return oauthError(400, 'invalid_request', `The api-version ${version} is not supported`)
  const named = SELECTORS.find((name) => query[name] !== undefined)
  if (named === undefined || userAssigned === 'ignore') return undefined
  return oauthError(400, 'invalid_request', `User assigned identities are not supported: ${named}`)
}
