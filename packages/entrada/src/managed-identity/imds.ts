import type { RetryRule } from '../http/retry.ts'
import { readEndpoint, withQuery } from './endpoint.ts'
import type { MakeHost } from './host.ts'

/** Where virtual machines find the Instance Metadata Service. */
const imdsAddress = 'http://169.254.169.254'
const tokenPath = '/metadata/identity/oauth2/token'

const idParameters = { clientId: 'client_id', objectId: 'object_id', resourceId: 'msi_res_id' } as const

/**
 * The Azure Instance Metadata Service of virtual machines, scale sets, AKS nodes and container instances. It serves five
 * requests at a time, and its guide asks for retries of 404, 410, 429 and all of 5xx, with 70 seconds for a 410: the
 * service is being updated then.
 */
export const imds: MakeHost<{ authority: string | undefined }> = ({ authority }, id, who) => {
  const base = authority?.replace(/\/+$/, '') || imdsAddress
  const endpoint = readEndpoint(`${base}${tokenPath}`, 'AZURE_POD_IDENTITY_AUTHORITY_HOST', who)
  return {
    label: 'IMDS',
    probeUrl: endpoint.href,
    secrets: [],
    isNoIdentity: (status) => status === 400,
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
  // Doubled four times, and with its jitter at the least: 3 + 6 + 12 + 24 + 48 seconds, of which 80 % are over 70.
  leastDelayInMs: (status) => (status === 410 ? 3_000 : 0),
}
