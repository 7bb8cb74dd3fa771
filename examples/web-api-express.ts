// The same web API on Express: it verifies its callers, and calls Graph on their behalf.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { accessTokens, onBehalfOf } from '@entrada/verify'
import { accessToken, answerRejected, callerOf } from '@entrada/verify/express'
import { OnBehalfOfCredential } from 'entrada'
import express from 'express'

const { AZURE_TENANT_ID: tenantId = '', AZURE_CLIENT_ID: clientId = '', AZURE_CLIENT_SECRET = '' } = process.env
const graph = process.env.GRAPH_ENDPOINT ?? 'https://graph.microsoft.com'

const verify = accessTokens({
  audience: clientId,
  tenants: [tenantId],
  clouds: process.env.AZURE_AUTHORITY_HOST ?? 'public',
  onRejected: ({ message }) => console.log(message),
})
const credential = new OnBehalfOfCredential({ tenantId, clientId, clientSecret: AZURE_CLIENT_SECRET })
const asCaller = onBehalfOf(credential)

const app = express()
app.get('/me', accessToken(verify, { requiredScopes: ['access_as_user'] }), async (request, response) => {
  const { token } = await asCaller(callerOf(request)).getToken('https://graph.microsoft.com/User.Read')
  const answer = await fetch(`${graph}/v1.0/me`, { headers: { Authorization: `Bearer ${token}` } })
  if (!answer.ok) return void response.status(502).send(`Graph answered ${answer.status}.`)
  const { displayName } = (await answer.json()) as { displayName: string }
  response.json({ displayName })
})
// A challenge of Conditional Access that came while the handler ran is the caller's to answer.
app.use(answerRejected)

const server = createServer(app).listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
await once(server, 'listening')
console.log(`Listening on http://127.0.0.1:${(server.address() as AddressInfo).port}/me`)

process.once('SIGTERM', () => {
  server.close(async () => {
    await credential.close()
    console.log('Closed')
  })
})
