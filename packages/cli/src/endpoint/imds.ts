import { type Family, readResource, single } from './family.ts'
import { oauthBody, tokenBody } from './token-body.ts'

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
export const imds: Family = {
  name: 'imds',
  method: 'GET',
  path: '/metadata/identity/oauth2/token',
  read: ({ headers, query }) => {
    if (headers.metadata?.toLowerCase() !== 'true')
      return { status: 400, reason: 'The header Metadata: true is missing.' }
    const version = single(query, 'api-version')
    if (version === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(version)) {
      return { status: 400, reason: 'The parameter api-version must be a date, such as 2018-02-01.' }
    }
    return readResource(query, selectors)
  },
  answer: (given) => ({ ...tokenBody(given), ext_expires_in: String(given.expiresIn) }),
  refuse: oauthBody,
}
