import { type Family, readResource } from './family.ts'
import { tokenBody } from './token-body.ts'

/** Azure Cloud Shell: a form, and clients that know nothing but its address (`MSI_ENDPOINT` alone). */
export const cloudShell: Family = {
  name: 'cloud-shell',
  method: 'POST',
  path: '/oauth2/token',
  read: ({ headers, form }) => {
    if (headers.metadata?.toLowerCase() !== 'true')
      return { status: 400, reason: 'The header Metadata: true is missing.' }
    return readResource(form, { client_id: 'clientId', object_id: 'objectId', msi_res_id: 'resourceId' })
  },
  answer: (given) => ({ ...tokenBody(given), refresh_token: '' }),
  refuse: ({ status, reason }) => ({
    error: { code: status >= 500 ? 'InternalServerError' : 'BadRequest', message: reason },
  }),
}
