// A function of Azure Functions (programming model v4): it takes tokens that Entra ID issued for it, and calls Graph as its caller.
import { app } from '@azure/functions'
import { accessTokens, onBehalfOf, TokenRejected } from '@entrada/verify'
import { ManagedIdentityCredential, managedIdentityAssertion, OnBehalfOfCredential } from 'entrada'

const { AZURE_TENANT_ID: tenantId = '', AZURE_CLIENT_ID: clientId = '', AZURE_CLIENT_SECRET } = process.env
const graph = process.env.GRAPH_ENDPOINT ?? 'https://graph.microsoft.com'

const verify = accessTokens({
  audience: clientId,
  tenants: [tenantId],
  clouds: process.env.AZURE_AUTHORITY_HOST ?? 'public',
  requiredScopes: ['access_as_user'],
})
// In Azure the managed identity of the function app stands for the API, and there is no secret.
const proof = AZURE_CLIENT_SECRET
  ? { clientSecret: AZURE_CLIENT_SECRET }
  : { getAssertion: managedIdentityAssertion(new ManagedIdentityCredential()) }
const asCaller = onBehalfOf(new OnBehalfOfCredential({ tenantId, clientId, ...proof }))

/** @type {import('@azure/functions').HttpHandler} */
export async function me(request) {
  try {
    const { token } = await asCaller(await verify(request)).getToken('https://graph.microsoft.com/User.Read')
    const response = await fetch(`${graph}/v1.0/me`, { headers: { Authorization: `Bearer ${token}` } })
    if (!response.ok) return { status: 502, body: `Graph answered ${response.status}.` }
    const { displayName } = /** @type {{ displayName: string }} */ (await response.json())
    return { jsonBody: { displayName } }
  } catch (error) {
    // Also a challenge of Conditional Access: the caller gets it, and comes back with a better token.
    if (error instanceof TokenRejected) return { status: error.statusCode, headers: error.headers }
    throw error
  }
}

// The function verifies its callers itself, so that the host asks for no key.
app.http('me', { methods: ['GET'], authLevel: 'anonymous', handler: me })
