// A web API that asks Graph for its callers: one credential, for as long as the process runs, serves every user.
import { serve } from '@hono/node-server'
import { AuthenticationRequiredError, OnBehalfOfCredential } from 'entrada'
import { type Context, Hono } from 'hono'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'

const { AZURE_TENANT_ID: tenantId = '', AZURE_CLIENT_ID: clientId = '', AZURE_CLIENT_SECRET = '' } = process.env
const authority = process.env.AZURE_AUTHORITY_HOST ?? 'https://login.microsoftonline.com'
const graph = process.env.GRAPH_ENDPOINT ?? 'https://graph.microsoft.com'

const credential = new OnBehalfOfCredential({ tenantId, clientId, clientSecret: AZURE_CLIENT_SECRET })
const keys = createRemoteJWKSet(new URL(`${authority}/${tenantId}/discovery/v2.0/keys`))
// The issuer of an app whose manifest leaves requestedAccessTokenVersion at 1, and its audience.
const expected = { issuer: `https://sts.windows.net/${tenantId}/`, audience: `api://${clientId}` }

const app = new Hono()
app.get('/me', async (context) => {
  const [, userAssertionToken = ''] = /^Bearer (\S+)$/i.exec(context.req.header('Authorization') ?? '') ?? []
  // First of all: a token that has expired, or was made up, must not get what was cached for a good one.
  await jwtVerify(userAssertionToken, keys, expected)
  const { token } = await credential.getToken('https://graph.microsoft.com/User.Read', { userAssertionToken })
  const response = await fetch(`${graph}/v1.0/me`, { headers: { Authorization: `Bearer ${token}` } })
  if (!response.ok) return context.text(`Graph answered ${response.status}.`, 502)
  const { displayName } = (await response.json()) as { displayName: string }
  return context.json({ displayName })
})

// That the keys could not be had is not the fault of whoever called.
const KEYS_UNAVAILABLE = ['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID', 'ERR_JWKS_TIMEOUT']

app.onError((error, context) => {
  if (error instanceof errors.JOSEError && !KEYS_UNAVAILABLE.includes(error.code))
    return challenge(context, 'error="invalid_token"')
  // Only the user can satisfy Conditional Access. Whoever called asks Entra ID again, with these claims, and calls again.
  if (error instanceof AuthenticationRequiredError && error.claims !== undefined) {
    return challenge(context, `error="insufficient_claims", claims="${btoa(error.claims)}"`)
  }
  console.error(error)
  return context.text('Something went wrong here.', 500)
})

function challenge(context: Context, why: string): Response {
  const uri = `authorization_uri="${authority}/${tenantId}/oauth2/v2.0/authorize"`
  return context.body(null, 401, { 'WWW-Authenticate': `Bearer realm="", ${uri}, ${why}` })
}

const options = { fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env.PORT ?? 3000) }
const server = serve(options, ({ port }) => console.log(`Listening on http://127.0.0.1:${port}/me`))

process.once('SIGTERM', () => {
  server.close(async () => {
    await credential.close()
    console.log('Closed')
  })
})
