// What all routes share, made with the first request: `next build` loads the routes, too, where none of the variables is set.
import { accessTokens, onBehalfOf } from '@entrada/verify'
import { OnBehalfOfCredential } from 'entrada'

/** @type {ReturnType<typeof makeEntra> | undefined} */
let made

function entra() {
  made ??= makeEntra()
  return made
}

function makeEntra() {
  const {
    AZURE_TENANT_ID: tenantId = '',
    AZURE_CLIENT_ID: clientId = '',
    AZURE_CLIENT_SECRET: clientSecret = '',
  } = process.env
  const verify = accessTokens({
    audience: clientId,
    tenants: [tenantId],
    clouds: process.env.AZURE_AUTHORITY_HOST ?? 'public',
    requiredScopes: ['access_as_user'],
  })
  return { verify, asCaller: onBehalfOf(new OnBehalfOfCredential({ tenantId, clientId, clientSecret })) }
}

/** @type {import('@entrada/verify').Verify} */
export const verify = (...call) => entra().verify(...call)

/** @type {ReturnType<typeof onBehalfOf>} */
export const asCaller = (caller) => entra().asCaller(caller)
