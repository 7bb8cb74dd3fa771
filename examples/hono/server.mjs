// A web API by Hono: it takes tokens that Entra ID issued for it, and calls Microsoft Graph as its caller.
import { accessTokens, onBehalfOf, TokenRejected } from '@entrada/verify'
import { accessToken } from '@entrada/verify/hono'
import { serve } from '@hono/node-server'
import { OnBehalfOfCredential } from 'entrada'
import { Hono } from 'hono'

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
  onRejected: ({ message }) => console.log(message),
})
const credential = new OnBehalfOfCredential({ tenantId, clientId, clientSecret })
const asCaller = onBehalfOf(credential)

const app = new Hono()
app.get('/me', accessToken(verify), async (context) => {
  const { token } = await asCaller(context.var.caller).getToken('https://graph.microsoft.com/User.Read')
  const response = await fetch(`${graph}/v1.0/me`, { headers: { Authorization: `Bearer ${token}` } })
  if (!response.ok) return context.text(`Graph answered ${response.status}.`, 502)
  const { displayName } = /** @type {{ displayName: string }} */ (await response.json())
  return context.json({ displayName })
})

app.onError((error, context) => {
  // Only the user can satisfy Conditional Access. The caller asks Entra ID for a new token with these claims, and calls again.
  if (error instanceof TokenRejected) return error.getResponse()
  console.error(error)
  return context.text('Something went wrong here.', 500)
})

const options = { fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env.PORT ?? 3000) }
const server = serve(options, ({ port }) => console.log(`Listening on http://127.0.0.1:${port}/me`))

process.once('SIGTERM', () => {
  server.close(async () => {
    await credential.close()
    console.log('Closed')
  })
})
