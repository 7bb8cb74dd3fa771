import { readEndpoint } from './endpoint.ts'
import type { MakeEndpoint } from './identity-endpoint.ts'

/** Azure Cloud Shell, which has the identity of the person who uses it. */
export const cloudShell: MakeEndpoint<{ endpoint: string }> = ({ endpoint }, _, who) => {
  const url = readEndpoint(endpoint, 'MSI_ENDPOINT', who).href
  return {
    label: 'Azure Cloud Shell',
    secrets: [],
    ask: ({ resource, send }) =>
      send({
        method: 'POST',
        url,
        headers: { Metadata: 'true', 'Content-Type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ resource }).toString(),
      }),
  }
}
