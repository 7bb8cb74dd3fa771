import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InteractiveBrowserCredential as OfficialCredential } from '@azure/identity'
import { PublicClientApplication } from '@azure/msal-node'
import { InteractiveBrowserCredential } from 'entrada'
import { decodeJwt } from 'jose'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { contosoInChromium, fillIn, press, signInByKeyboard } from './chromium.ts'
import { ada, charles, clientId, pageClientId, tenantId } from './signing-in.ts'

const contoso = contosoInChromium()

const scopes = ['https://graph.microsoft.com/User.Read']

/** Signs in as a person would, up to the page that leads back to the app; what that one shows is the app's affair. */
async function signIn(page: Page, url: string, username: string, password: string): Promise<void> {
  await page.goto(url)
  await signInByKeyboard(page, username, password)
  if (await page.getByLabel('Code').isVisible()) {
    await fillIn(page, 'Code', '123456')
    await press(page, 'Verify')
  }
  // The app's listener may be gone before the browser has asked it for all it wants.
  if (await page.getByRole('button', { name: 'Accept' }).isVisible()) {
    await press(page, 'Accept').catch(() => undefined)
  }
}

test('our InteractiveBrowserCredential signs a user in with Chromium, in silence afterwards, and nothing listens then', async () => {
  const page = await contoso.newPage()
  const opened: string[] = []
  await using credential = new InteractiveBrowserCredential({
    ...{ tenantId, clientId },
    authorityHost: contoso.emulator.url,
    tlsOptions: { ca: contoso.emulator.ca.pem },
    async openBrowser(url) {
      opened.push(url)
      await signIn(page, url, charles, 'difference')
    },
  })
  const { token } = await credential.getToken(scopes)
  expect(decodeJwt(token)).toMatchObject({ upn: charles, amr: ['pwd', 'mfa'], aud: 'https://graph.microsoft.com' })
  await page.getByText('You are signed in').first().waitFor()
  const other = await credential.getToken('https://storage.azure.com/user_impersonation')
  expect(decodeJwt(other.token)).toMatchObject({ upn: charles, aud: 'https://storage.azure.com' })
  expect(opened).toHaveLength(1)
  const address = new URL(opened[0] ?? '').searchParams.get('redirect_uri') ?? ''
  await expect(fetch(address.replace('localhost', '127.0.0.1'))).rejects.toThrow('fetch failed')
})

test('msal-node signs a user in with Chromium, with a second factor and consent, and then in silence', async () => {
  const page = await contoso.newPage()
  const client = new PublicClientApplication({
    auth: {
      clientId,
      authority: `${contoso.emulator.url}/${tenantId}`,
      knownAuthorities: [new URL(contoso.emulator.url).host],
    },
  })
  const asked = { scopes, openBrowser: (url: string) => signIn(page, url, charles, 'difference') }
  const result = await client.acquireTokenInteractive(asked)
  expect(decodeJwt(result.accessToken)).toMatchObject({ upn: charles, amr: ['pwd', 'mfa'] })
  expect(result.account).toMatchObject({
    username: charles,
    homeAccountId: `00000000-0000-4000-8000-00000000bab0.${tenantId}`,
  })
  const account = result.account ?? undefined
  if (account === undefined) throw new Error('There is no account.')
  const again = await client.acquireTokenSilent({ scopes, account, forceRefresh: true })
  expect(decodeJwt(again.accessToken)).toMatchObject({ upn: charles })
})

test('a page signs a user in, redeems its code from its own origin, and no other origin’s page can', async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Shop</title>')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const redirectUri = `http://localhost:${port}/callback`
    const verifier = randomBytes(32).toString('base64url')
    const query = new URLSearchParams({
      ...{ client_id: pageClientId, response_type: 'code', response_mode: 'fragment', redirect_uri: redirectUri },
      scope: `openid offline_access ${scopes[0]}`,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    const page = await contoso.newPage()
    await signIn(page, `${contoso.emulator.url}/${tenantId}/oauth2/v2.0/authorize?${query}`, ada, 'enchantress')
    await page.waitForURL(`${redirectUri}#*`)
    const code = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
    const redeem = (): Promise<Answer> => {
      const body = String(new URLSearchParams({ ...form, client_id: pageClientId }))
      const address = `${contoso.emulator.url}/${tenantId}/oauth2/v2.0/token`
      const init = { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }
      return page.evaluate<Answer>(`fetch(${JSON.stringify(address)}, ${JSON.stringify(init)})
        .then((response) => response.json(), (error) => ({ error: String(error) }))`)
    }
    await page.goto(`http://127.0.0.1:${port}/`)
    expect(await redeem()).toEqual({ error: 'TypeError: Failed to fetch' })
    await page.goto(redirectUri)
    const metadata = `fetch('${contoso.emulator.url}/${tenantId}/v2.0/.well-known/openid-configuration').then((r) => r.json())`
    expect(await page.evaluate(metadata)).toHaveProperty('token_endpoint')
    expect(await redeem()).toMatchObject({
      token_type: 'Bearer',
      refresh_token_expires_in: expect.any(Number) as number,
    })
  } finally {
    server.close().closeAllConnections()
  }
})

type Answer = Record<string, unknown>

test('@azure/identity’s InteractiveBrowserCredential signs a user in with Chromium', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-browser-'))
  const former = process.env.BROWSER
  try {
    // What the credential opens is written down, for Chromium to go to.
    const program = join(folder, 'browser')
    const address = join(folder, 'address')
    await writeFile(program, `#!/bin/sh\nprintf %s "$1" > '${address}.new' && mv '${address}.new' '${address}'\n`)
    await chmod(program, 0o700)
    process.env.BROWSER = program
    const credential = new OfficialCredential({
      ...{ tenantId, clientId },
      authorityHost: contoso.emulator.url,
      disableInstanceDiscovery: true,
    })
    const token = credential.getToken(scopes)
    await expect.poll(() => readFile(address, 'utf8').catch(() => ''), { timeout: 15_000 }).toContain('/authorize?')
    await signIn(await contoso.newPage(), await readFile(address, 'utf8'), ada, 'enchantress')
    expect(decodeJwt((await token).token)).toMatchObject({ upn: ada, aud: 'https://graph.microsoft.com' })
  } finally {
    if (former === undefined) delete process.env.BROWSER
    else process.env.BROWSER = former
    await rm(folder, { recursive: true })
  }
})
