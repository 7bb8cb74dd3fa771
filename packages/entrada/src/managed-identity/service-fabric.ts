import { CredentialUnavailableError } from '../errors.ts'
import { readEndpoint, readSecret, withQuery } from './endpoint.ts'
import type { MakeEndpoint } from './identity-endpoint.ts'

/** Service Fabric, whose certificate is identified only by its thumbprint. */
export const serviceFabric: MakeEndpoint<{ endpoint: string; header: string; thumbprint: string }> = (
  variables,
  _,
  who,
) => {
  const endpoint = readEndpoint(variables.endpoint, 'IDENTITY_ENDPOINT', who)
  const secret = readSecret(variables.header, 'IDENTITY_HEADER', who)
  return {
    label: 'Service Fabric',
    secrets: [secret],
    thumbprint: readThumbprint(variables.thumbprint, endpoint, who),
    ask: ({ resource, revocation, send }) =>
      send({
        method: 'GET',
        url: withQuery(endpoint, {
          'api-version': '2019-07-01-preview',
          resource,
          ...(revocation && { xms_cc: 'cp1', token_sha256_to_refresh: revocation.sha256 }),
        }),
        headers: { secret },
      }),
  }
}

function readThumbprint(thumbprint: string, endpoint: URL, who: string): string {
  const refuse = (what: string): CredentialUnavailableError => {
    const remedy = 'Set the IDENTITY_ variables as the platform does.'
    return new CredentialUnavailableError({ who, reason: `${what}.`, remedy })
  }
  if (endpoint.protocol !== 'https:') throw refuse('the IDENTITY_ENDPOINT of Service Fabric is not https')
  if (!/^(?:[\da-f]{2}:?){20}$/i.test(thumbprint)) {
    throw refuse('IDENTITY_SERVER_THUMBPRINT is not a SHA-1 thumbprint (40 hexadecimal digits)')
  }
  return thumbprint
}
