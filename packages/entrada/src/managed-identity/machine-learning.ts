import { readEndpoint, readSecret, withQuery } from './endpoint.ts'
import type { MakeEndpoint } from './identity-endpoint.ts'

/** Compute of Azure Machine Learning. It spells the client id parameter as one word, `clientid`. */
export const machineLearning: MakeEndpoint<{
  endpoint: string
  secret: string
  defaultClientId: string | undefined
}> = (variables, id, who) => {
  const endpoint = readEndpoint(variables.endpoint, 'MSI_ENDPOINT', who)
  const secret = readSecret(variables.secret, 'MSI_SECRET', who)
  return {
    label: 'Azure Machine Learning',
    secrets: [secret],
    ...(variables.defaultClientId && { usualId: { kind: 'clientId', value: variables.defaultClientId } }),
    ask: ({ resource, send }) =>
      send({
        method: 'GET',
        url: withQuery(endpoint, {
          'api-version': '2017-09-01',
          resource,
          clientid: id?.value ?? variables.defaultClientId,
        }),
        headers: { secret, Metadata: 'true' },
      }),
  }
}
