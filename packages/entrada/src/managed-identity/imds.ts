import type { RetryRule } from '../http/retry.ts'
import { readEndpoint, withoutEndSlashes, withQuery } from './endpoint.ts'
import type { MakeEndpoint } from './identity-endpoint.ts'

/** The address of the Instance Metadata Service on virtual machines. */
const imdsAddress = 'http://169.254.169.254'
const tokenPath = '/metadata/identity/oauth2/token'

const idParameters = { clientId: 'client_id', objectId: 'object_id', resourceId: 'msi_res_id' } as const

/**
 * The Azure Instance Metadata Service of virtual machines, scale sets, AKS nodes and container instances. It serves
 * five requests at a time. Its guide asks for retries after 404, 410, 429 and any 5xx, for at least 70 seconds after a
 * 410, which means that the service is being updated.
 */
export const imds: MakeEndpoint<{ authority: string | undefined }> = ({ authority }, id, who) => {
  const base = withoutEndSlashes(authority ?? imdsAddress) || imdsAddress
  const endpoint = readEndpoint(`${base}${tokenPath}`, 'AZURE_POD_IDENTITY_AUTHORITY_HOST', who)
  return {
    label: 'IMDS',
    probeUrl: endpoint.href,
    secrets: [],
    isNoIdentity: (status) => status === 400,
    isAssumed: authority === undefined,
    isSharedAddress: true,
    rule: retryRule,
    connectTimeoutMs: 2_000,
    concurrency: 5,
    ask: ({ resource, send }) =>
      send({
        method: 'GET',
        url: withQuery(endpoint, {
          'api-version': '2018-02-01',
          resource,
          ...(id && { [idParameters[id.kind]]: id.value }),
        }),
        headers: { Metadata: 'true' },
      }),
  }
}

const retryRule: RetryRule = {
  isTransient: (status) => status === 404 || status === 410 || status === 429 || status >= 500,
  maxRetries: 5,
  // Doubled four times, this is 3 + 6 + 12 + 24 + 48 seconds, of which even 80 %, the least that jitter leaves, is over
  // 70.
  leastDelayInMs: (status) => (status === 410 ? 3_000 : 0),
}
