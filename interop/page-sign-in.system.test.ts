import { type Emulator, startEmulator } from '@entrada/emulator'
import { decodeJwt } from 'jose'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillIn, launchChromium, newPerson, press } from './chromium.ts'
import { chromium, component } from './components.ts'
import { bundlePage, type PageApp, servePage } from './page/page-app.ts'
import { ada, contosoSignsIn, pageClientId, tenantId } from './signing-in.ts'

component(chromium)

const scope = 'https://graph.microsoft.com/User.Read'
const secretClientId = '7bacccc0-cccc-4ccc-8ccc-cccccccccccc'
const clientSecret = 'recognisable~secret'

let emulator: Emulator
let browser: Browser | undefined
let scripts: Map<string, string>
let app: PageApp
let apart: PageApp
let stranger: PageApp
let office: PageApp
beforeAll(async () => {
  const spa = ['http://localhost/callback', 'http://localhost/blank']
  emulator = await startEmulator({
    directory: {
      ...contosoSignsIn,
      apps: [
        { name: 'Shop', clientId: pageClientId, tenantId, redirectUris: { spa } },
        {
          name: 'Back office',
          clientId: secretClientId,
          tenantId,
          secrets: [{ value: clientSecret }],
          publicClient: true,
        },
      ],
    },
  })
  scripts = await bundlePage()
  const authority = emulator.url
  const settings = (path: string) => (origin: string) => ({
    ...{ authorityHost: authority, tenantId, clientId: pageClientId, scope, redirectUri: origin + path },
  })
  app = await servePage({ scripts, authority, settings: settings('/callback') })
  apart = await servePage({ scripts, authority, settings: settings('/callback'), openerPolicy: 'same-origin' })
  stranger = await servePage({ scripts, authority, settings: settings('/blank') })
  office = await servePage({
    ...{ scripts, authority },
    settings: () => ({
      ...{
        authorityHost: authority,
        tenantId,
        clientId: secretClientId,
        scope: 'https://graph.microsoft.com/.default',
      },
      ...{ clientSecret, password: { username: ada, password: 'enchantress' } },
    }),
  })
  // Without Chromium the tests below say so.
  browser = await launchChromium().catch(() => undefined)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  for (const each of [app, apart, stranger, office]) each?.close()
  await emulator.close()
})

async function open(at: PageApp, path = '/'): Promise<Page> {
  if (browser === undefined) throw new Error('Chromium did not start.')
  const page = await newPerson(browser)
  await page.goto(at.origin + path)
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
  return page
}

const click = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click()

/** What the app shows when it has finished. */
async function shown(page: Page, start: string): Promise<string> {
  await page.locator('#shown', { hasText: start }).waitFor()
  return (await page.locator('#shown').textContent()) ?? ''
}

/** The window that a click opens. */
async function windowOf(page: Page, name: string): Promise<Page> {
  const [popup] = await Promise.all([page.context().waitForEvent('page'), click(page, name)])
  popup.setDefaultTimeout(10_000)
  await popup.getByLabel('Password').waitFor()
  return popup
}

async function signIn(page: Page): Promise<void> {
  await fillIn(page, 'User name', ada)
  await fillIn(page, 'Password', 'enchantress')
  // The window may be gone before its next page is there.
  await press(page, 'Sign in').catch(() => undefined)
}

/** The token that the app shows; what else it shows is in the error. */
function tokenIn(text: string): string {
  const token = text.slice(text.indexOf(': ') + 2)
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw new Error(text)
  return token
}

describe.each([
  ['a window whose page is the app', () => app],
  ['windows that are kept apart (Cross-Origin-Opener-Policy: same-origin)', () => apart],
  ['a window that comes back to an empty page', () => stranger],
])('%s', (_, at) => {
  test('signs a person in, under a strict policy, without a request that asks first', async () => {
    const page = await open(at())
    emulator.requests.clear()
    const popup = await windowOf(page, 'Sign in twice')
    const closed = popup.waitForEvent('close')
    await signIn(popup)
    expect(decodeJwt(tokenIn(await shown(page, 'Sign in twice: ')))).toMatchObject({ upn: ada })
    await closed
    expect(page.context().pages().length).toBe(1)
    expect(emulator.requests.filter(({ method }) => method === 'OPTIONS')).toEqual([])
    expect(emulator.requests.filter(({ path }) => path.endsWith('/token')).length).toBe(1)
    expect(at().violations).toEqual([])
    expect(await page.evaluate('localStorage.length')).toBe(0)
    await page.reload()
    await click(page, 'Ask silently')
    expect(decodeJwt(tokenIn(await shown(page, 'Ask silently: ')))).toMatchObject({ upn: ada })
  })
})

test('the person closes the window: the app hears of it', async () => {
  const page = await open(app)
  const popup = await windowOf(page, 'Sign in')
  // A window counts as closed by somebody once the app has seen it elsewhere five times; the app's own timers tell when.
  await page.evaluate(`new Promise((resolve) => {
    let turns = 0
    const timer = setInterval(() => ++turns > 12 && (clearInterval(timer), resolve()), 50)
  })`)
  await popup.close()
  expect(await shown(page, 'Sign in: ')).toContain('the window was closed before the sign-in was complete')
})

test('nobody waits any more: the window is closed', async () => {
  const page = await open(app)
  const popup = await windowOf(page, 'Sign in, then stop')
  const closed = popup.waitForEvent('close')
  await click(page, 'Stop')
  expect(await shown(page, 'Sign in, then stop: ')).toContain('AbortError')
  await closed
})

test('the page leaves, comes back without an answer in its address, and signs out at the authority', async () => {
  const page = await open(app)
  await click(page, 'Redirect')
  await page.reload()
  await page.getByLabel('Password').waitFor()
  await signIn(page)
  expect(decodeJwt(tokenIn(await shown(page, 'Sign in: ')))).toMatchObject({ upn: ada })
  expect(page.url()).toBe(`${app.origin}/callback`)
  expect(app.violations).toEqual([])
  const names = await page.evaluate<string[]>(`Object.keys(sessionStorage)`)
  expect(names.some((name) => name.startsWith('entrada.sign-in'))).toBe(false)
  await Promise.all([page.waitForURL(/\/authorize\?/), click(page, 'Sign out')])
  // Nobody has a session there any more: the app's next sign-in asks for a password.
  await page.getByLabel('Password').waitFor()
})

test('no page of another origin can speak to the app as its window', async () => {
  const page = await open(app)
  const popup = await windowOf(page, 'Sign in')
  const state = new URL(popup.url()).searchParams.get('state') ?? ''
  const other = await page.context().newPage()
  await other.goto(`${stranger.origin}/blank`)
  await other.evaluate(`new BroadcastChannel(${JSON.stringify(state)}).postMessage('code=stolen&state=${state}')`)
  await signIn(popup)
  expect(decodeJwt(tokenIn(await shown(page, 'Sign in: ')))).toMatchObject({ upn: ada })
})

test('a password works from a page that the authority lets read its answers; the token of a secret no page can read', async () => {
  const page = await open(office)
  await click(page, 'Password')
  expect(decodeJwt(tokenIn(await shown(page, 'Password: ')))).toMatchObject({ appid: secretClientId })
  await click(page, 'Secret')
  expect(await shown(page, 'Secret: ')).toMatch(/AuthenticationError: .*could not be reached/)
  const elsewhere = await newPerson(page.context().browser() as Browser)
  await elsewhere.goto(`${office.origin.replace('localhost', '127.0.0.1')}/`)
  await click(elsewhere, 'Password')
  expect(await shown(elsewhere, 'Password: ')).toMatch(/AuthenticationError: .*could not be reached/)
})

test('what a page can’t use says so, and asks nobody', async () => {
  const page = await open(app)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  for (const name of ['Azure CLI', 'Managed identity', 'Default chain']) {
    await click(page, name)
    expect(await shown(page, `${name}: `)).toContain('it cannot be used in a web page')
  }
  expect(asked.filter((url) => !url.startsWith(app.origin))).toEqual([])
})
