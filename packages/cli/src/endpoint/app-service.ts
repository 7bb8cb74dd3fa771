import { randomUUID } from 'node:crypto'
import { type Family, readResource, single } from './family.ts'
import { tokenBody } from './token-body.ts'

const selectors2017 = { clientid: 'clientId', client_id: 'clientId' } as const
const selectors2019 = {
  client_id: 'clientId',
  principal_id: 'objectId',
  object_id: 'objectId',
  mi_res_id: 'resourceId',
  msi_res_id: 'resourceId',
} as const

/**
 * App Service, Functions and Container Apps, API 2017-09-01 and 2019-08-01
 * (https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference).
 */
export const appService: Family = {
  name: 'app-service',
  method: 'GET',
  path: '/msi/token',
  // go-azure-sdk, which is in Terraform's providers, sends the last one.
  shownSecret: ({ query, headers }) =>
    single(query, 'api-version') === '2017-09-01'
      ? headers.secret
      : (headers['x-identity-header'] ?? headers['x-ms-identity']),
  read: ({ query }) => {
    const version = single(query, 'api-version')
    if (version === '2017-09-01') return readResource(query, selectors2017)
    if (version === '2019-08-01') return readResource(query, selectors2019)
    return {
      status: 400,
      reason: 'UnsupportedApiVersion: the parameter api-version must be 2019-08-01 or 2017-09-01.',
    }
  },
  answer: tokenBody,
  refuse: (refusal) => ({ statusCode: refusal.status, message: refusal.reason, correlationId: randomUUID() }),
}
