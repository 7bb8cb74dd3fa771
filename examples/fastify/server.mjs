// A web API by Fastify: it takes tokens that Entra ID issued for it, and calls Microsoft Graph as its caller.
import { accessTokens, onBehalfOf, TokenRejected } from '@entrada/verify'
import { accessToken, callerOf } from '@entrada/verify/fastify'
import { OnBehalfOfCredential } from 'entrada'
import Fastify from 'fastify'

const {
  AZURE_TENANT_ID: tenantId = '',
  AZURE_CLIENT_ID: clientId = '',
  AZURE_CLIENT_SECRET: clientSecret = '',
} = process.env
const graph = process.env.GRAPH_ENDPOINT ?? 'https://graph.microsoft.com'

const verify = accessTokens({
  audience: clientId,
  tenants: [tenantId],
  clouds: process.env.AZURE_AUTHORITY_HOST ?? 'public',
  requiredScopes: ['access_as_user'],
})
const credential = new OnBehalfOfCredential({ tenantId, clientId, clientSecret })
const asCaller = onBehalfOf(credential)

const app = Fastify()
app.get('/me', { onRequest: accessToken(verify) }, async (request, reply) => {
  const { token } = await asCaller(callerOf(request)).getToken('https://graph.microsoft.com/User.Read')
  const response = await fetch(`${graph}/v1.0/me`, { headers: { Authorization: `Bearer ${token}` } })
  if (!response.ok) return reply.code(502).send(`Graph answered ${response.status}.`)
  const { displayName } = /** @type {{ displayName: string }} */ (await response.json())
  return { displayName }
})
app.setErrorHandler((error, _, reply) => {
  // Only the user can satisfy Conditional Access: the caller gets the challenge, and comes back with a better token.
  if (error instanceof TokenRejected) return reply.code(error.statusCode).headers(error.headers).send()
  return reply.code(500).send('Something went wrong here.')
})

console.log(`Listening on ${await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) })}/me`)
process.once('SIGTERM', async () => {
  await app.close()
  await credential.close()
})
