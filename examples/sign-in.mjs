// A web site on which a person signs in: the browser is sent to Entra ID, and comes back with a code for a token.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { AuthorizationCodeCredential } from 'entrada'

const { AZURE_TENANT_ID = '', AZURE_CLIENT_ID = '', AZURE_CLIENT_SECRET = '' } = process.env
const authority = process.env.AZURE_AUTHORITY_HOST ?? 'https://login.microsoftonline.com'
const scope = 'https://graph.microsoft.com/User.Read'
let redirectUri = 'http://localhost:3000/'

const server = createServer(async ({ url = '/', headers }, response) => {
  const { pathname, searchParams } = new URL(url, redirectUri)
  const code = searchParams.get('code')
  if (pathname !== '/') response.writeHead(404).end()
  else if (code === null) {
    const state = randomUUID()
    const asked = { client_id: AZURE_CLIENT_ID, response_type: 'code', redirect_uri: redirectUri, scope, state }
    const location = `${authority}/${AZURE_TENANT_ID}/oauth2/v2.0/authorize?${new URLSearchParams(asked)}`
    response.writeHead(302, { location, 'set-cookie': `state=${state}; HttpOnly; SameSite=Lax` }).end()
  } else if (headers.cookie?.includes(`state=${searchParams.get('state')}`)) {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(await nameOf(code))
  } else {
    // Only the browser that was sent there comes back with a code that counts.
    response.writeHead(400).end('Start again.')
  }
})
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') redirectUri = `http://localhost:${address?.port}/`
  console.log(`Open ${redirectUri} in a browser.`)
})

/**
 * Whose code it is, in words.
 * @param {string} code
 */
async function nameOf(code) {
  const [tenantId, clientId, secret] = [AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET]
  const credential = new AuthorizationCodeCredential(tenantId, clientId, secret, code, redirectUri)
  try {
    const { token } = await credential.getToken(scope)
    // Only to show it: to a program, a token is opaque, and Microsoft Graph tells who the user is.
    const { name } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return `You are signed in as ${name}.`
  } catch (error) {
    return String(error)
  } finally {
    await credential.close()
  }
}
