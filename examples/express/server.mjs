// A web API by Express: it takes tokens that Entra ID issued for it, and calls Microsoft Graph as its caller.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { accessTokens, onBehalfOf } from '@entrada/verify'
import { accessToken, answerRejected, callerOf } from '@entrada/verify/express'
import { OnBehalfOfCredential } from 'entrada'
import express from 'express'

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
  onRejected: ({ message }) => console.log(message),
})
const credential = new OnBehalfOfCredential({ tenantId, clientId, clientSecret })
const asCaller = onBehalfOf(credential)

const app = express()
app.get('/me', accessToken(verify, { requiredScopes: ['access_as_user'] }), async (request, response) => {
  const { token } = await asCaller(callerOf(request)).getToken('https://graph.microsoft.com/User.Read')
  const answer = await fetch(`${graph}/v1.0/me`, { headers: { Authorization: `Bearer ${token}` } })
  if (!answer.ok) return void response.status(502).send(`Graph answered ${answer.status}.`)
  const { displayName } = /** @type {{ displayName: string }} */ (await answer.json())
  response.json({ displayName })
})
// A challenge of Conditional Access that came while the handler ran is the caller's to answer.
app.use(answerRejected)

const server = createServer(app).listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
await once(server, 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
console.log(`Listening on http://127.0.0.1:${port}/me`)

process.once('SIGTERM', () => {
  server.close(async () => {
    await credential.close()
    console.log('Closed')
  })
})
