import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { contosoInChromium, signInByKeyboard } from './chromium.ts'
import { ada, pageClientId, tenantId } from './signing-in.ts'

const contoso = contosoInChromium()

/** A page with msal-browser; what it has is its title, which the test reads. */
const script = `
import { PublicClientApplication } from '@azure/msal-browser'
const { authority, clientId, scopes } = JSON.parse(document.querySelector('meta[name=settings]').content)
const app = new PublicClientApplication({
  auth: { clientId, authority, knownAuthorities: [new URL(authority).host], redirectUri: location.origin + '/callback' },
  cache: { cacheLocation: 'sessionStorage' },
})
await app.initialize()
const result = await app.handleRedirectPromise()
if (result === null) await app.loginRedirect({ scopes })
else {
  const again = await app.acquireTokenSilent({ scopes, account: result.account, forceRefresh: true })
  const { username } = result.account
  document.body.textContent = JSON.stringify({ username, first: result.accessToken, again: again.accessToken })
  document.title = 'signed in'
}`

let app: Server

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    ...{ bundle: true, write: false, format: 'esm', platform: 'browser' },
  })
  const settings = JSON.stringify({
    authority: `${contoso.emulator.url}/${tenantId}`,
    clientId: pageClientId,
    scopes: ['https://graph.microsoft.com/User.Read'],
  }).replaceAll('"', '&quot;')
  app = createServer((request, response) => {
    const isScript = request.url === '/app.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(
      isScript
        ? outputFiles[0]?.text
        : `<!doctype html><title>the app</title><meta name="settings" content="${settings}"><body><script type="module" src="/app.js"></script>`,
    )
  })
  await once(app.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => app.close().closeAllConnections())

test('msal-browser signs a user in by redirect, and then in silence by its refresh token', async () => {
  const page = await contoso.newPage()
  await page.goto(`http://localhost:${(app.address() as AddressInfo).port}/`)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await signInByKeyboard(page, ada, 'enchantress')
  await page.waitForFunction("document.title === 'signed in'")
  const shown = JSON.parse((await page.textContent('body')) ?? '') as Record<'username' | 'first' | 'again', string>
  expect(shown.username).toBe(ada)
  expect(decodeJwt(shown.first)).toMatchObject({ upn: ada, aud: 'https://graph.microsoft.com', appid: pageClientId })
  expect(decodeJwt(shown.again)).toMatchObject({ upn: ada, aud: 'https://graph.microsoft.com' })
  expect(shown.again).not.toBe(shown.first)
})
