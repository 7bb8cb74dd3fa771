import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import {
  confirmDevice,
  contosoInChromium,
  enterDeviceCode,
  fillIn,
  openForm,
  press,
  pressEnter,
  seriousViolations,
  signInByKeyboard,
  tabTo,
} from './chromium.ts'
import { ada, charles, clientId, tenantId } from './signing-in.ts'

const contoso = contosoInChromium()

const redirectUri = 'http://localhost:8400/'

/** Where an app sends the browser. */
function authorizeUrl(changes: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid offline_access https://graph.microsoft.com/User.Read',
    state: 'st ate',
    ...changes,
  })
  return `${contoso.emulator.url}/${tenantId}/oauth2/v2.0/authorize?${query}`
}

/** A person whose app waits at the redirect URI; `back` gives what it was sent. */
async function personWithApp(options?: BrowserContextOptions): Promise<{ page: Page; back(): URLSearchParams }> {
  const page = await contoso.newPage(options)
  let sent = new URLSearchParams()
  await page.route(`${redirectUri}**`, async (route) => {
    const request = route.request()
    sent =
      request.method() === 'POST' ? new URLSearchParams(request.postData() ?? '') : new URL(request.url()).searchParams
    await route.fulfill({ contentType: 'text/html', body: '<title>The app</title>Welcome back.' })
  })
  return { page, back: () => sent }
}

describe('by keyboard alone, a person', () => {
  test.for(['query', 'form_post', 'fragment'])('signs in and consents, and the app gets a code by %s', async (mode) => {
    const { page, back } = await personWithApp()
    await page.goto(authorizeUrl({ response_mode: mode, prompt: 'consent' }))
    await signInByKeyboard(page, ada, 'enchantress')
    await press(page, 'Accept')
    await page.waitForURL(`${redirectUri}**`)
    const answer = mode === 'fragment' ? new URLSearchParams(new URL(page.url()).hash.slice(1)) : back()
    expect(answer.get('code')).toMatch(/^1\.AC/)
    expect(answer.get('state')).toBe('st ate')
  })

  test('corrects a wrong password, and proves a second factor', async () => {
    const { page, back } = await personWithApp()
    await page.goto(authorizeUrl({ prompt: 'consent', login_hint: charles }))
    await page.keyboard.type('wrong')
    await pressEnter(page)
    await page.getByRole('alert').waitFor()
    expect(await page.title()).toBe('Error: Sign in – entrada emulator')
    await page.keyboard.type('difference')
    await pressEnter(page)
    await page.getByRole('heading', { name: 'Prove it’s you' }).waitFor()
    await page.keyboard.type('123456')
    await pressEnter(page)
    await press(page, 'Accept')
    await page.waitForURL(`${redirectUri}**`)
    expect(back().get('code')).toMatch(/^1\.AC/)
  })

  test('picks an account, or says no', async () => {
    const { page, back } = await personWithApp()
    await page.goto(authorizeUrl({ prompt: 'login' }))
    await signInByKeyboard(page, ada, 'enchantress')
    await page.goto(authorizeUrl({ prompt: 'select_account' }))
    await press(page, `Ada Lovelace ${ada}`)
    await page.goto(authorizeUrl({ prompt: 'consent' }))
    await press(page, 'Decline')
    await page.waitForURL(`${redirectUri}**`)
    expect(back().get('error')).toBe('access_denied')
    await page.goto(authorizeUrl({ prompt: 'login' }))
    await press(page, 'Cancel')
    await page.waitForURL(`${redirectUri}**`)
    expect(back().get('error_subcode')).toBe('cancel')
  })

  test('types a device’s code, signs in and confirms', async () => {
    const body = new URLSearchParams({ client_id: clientId, scope: 'openid https://graph.microsoft.com/User.Read' })
    const path = `${contoso.emulator.url}/${tenantId}/oauth2/v2.0/devicecode`
    const answer = await contoso.emulator.fetch(path, { method: 'POST', body })
    const device = (await answer.json()) as { user_code: string; device_code: string; verification_uri: string }
    const { page } = await personWithApp()
    await enterDeviceCode(page, device.verification_uri, device.user_code)
    await signInByKeyboard(page, ada, 'enchantress')
    await confirmDevice(page)
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: device.device_code }
    const token = await contoso.emulator.fetch(`${contoso.emulator.url}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, client_id: clientId }),
    })
    expect(await token.json()).toHaveProperty('access_token')
  })

  test('signs out, of one of two accounts and then of the other', async () => {
    const { page } = await personWithApp()
    for (const [username, password] of [
      [ada, 'enchantress'],
      [charles, 'difference'],
    ] as const) {
      await page.goto(authorizeUrl({ prompt: 'login' }))
      await signInByKeyboard(page, username, password)
    }
    const logout = `${contoso.emulator.url}/${tenantId}/oauth2/v2.0/logout`
    await page.goto(logout)
    await press(page, `Charles Babbage ${charles}`)
    await page.getByText(`${charles} is signed out.`).waitFor()
    await page.goto(logout)
    await page.getByText(`${ada} is signed out.`).waitFor()
    await page.goto(authorizeUrl())
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  })

  test('adds a user on the live page, who can sign in, and sees the requests come', async () => {
    const { page } = await personWithApp()
    await page.goto(contoso.emulator.url)
    const before = await page.locator('li.request').count()
    await contoso.emulator.fetch(`${contoso.emulator.url}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, scope: 'api://x/.default' }),
    })
    await page.locator('li.request').nth(before).waitFor()
    await page.getByText('Refused, AADSTS7000216').first().waitFor()
    await openForm(page, 'Add a user')
    const name = `grace-${crypto.randomUUID()}@contoso.example`
    await fillIn(page, 'User name', name)
    await fillIn(page, 'Display name', 'Grace Hopper')
    await fillIn(page, 'Password', 'cobol')
    await tabTo(page, 'Tenant')
    await press(page, 'Add user')
    await page.getByText('Grace Hopper can sign in now').waitFor()
    await page.goto(authorizeUrl({ prompt: 'login' }))
    await signInByKeyboard(page, name, 'cobol')
    await page.getByRole('heading', { name: 'Permissions requested' }).waitFor()
  })
})

test('what an app’s callback redirects to is reached, although a form led there', async () => {
  const home = createServer((_, response) => response.end('home'))
  const app = createServer((_, response) => response.writeHead(302, { location: addressOf(home) }).end())
  for (const server of [home, app]) await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const { page } = await personWithApp()
    await page.goto(authorizeUrl({ prompt: 'consent', redirect_uri: addressOf(app) }))
    await signInByKeyboard(page, ada, 'enchantress')
    await press(page, 'Accept')
    await page.waitForURL(addressOf(home))
  } finally {
    for (const server of [home, app]) server.close().closeAllConnections()
  }
})

function addressOf(server: Server): string {
  return `http://localhost:${(server.address() as AddressInfo).port}/`
}

/** Every page, and the way to it. */
const pages: readonly [name: string, open: (page: Page) => Promise<unknown>][] = [
  ['sign-in', (page) => page.goto(authorizeUrl({ prompt: 'login' }))],
  [
    'sign-in-again',
    async (page) => {
      await page.goto(authorizeUrl({ prompt: 'login', login_hint: ada }))
      await page.keyboard.type('wrong')
      await pressEnter(page)
      await page.getByRole('alert').waitFor()
    },
  ],
  [
    'second-factor',
    async (page) => {
      // Of scopes that nobody agrees to above, so that a consent follows.
      const scope = 'openid offline_access https://graph.microsoft.com/Calendars.Read'
      await page.goto(authorizeUrl({ prompt: 'login', scope }))
      await signInByKeyboard(page, charles, 'difference')
    },
  ],
  [
    'consent',
    async (page) => {
      await page.keyboard.type('123456')
      await pressEnter(page)
      await page.getByRole('heading', { name: 'Permissions requested' }).waitFor()
    },
  ],
  ['accounts', (page) => page.goto(authorizeUrl({ prompt: 'select_account' }))],
  ['refused', (page) => page.goto(authorizeUrl({ redirect_uri: 'https://expenses.example/signin-oidc' }))],
  ['device-code', (page) => page.goto(`${contoso.emulator.url}/devicelogin`)],
  [
    'device-confirmation',
    async (page) => {
      const body = new URLSearchParams({ client_id: '04b07795-8ddb-461a-bbee-02f9e1bf7b46', scope: 'openid' })
      const path = `${contoso.emulator.url}/${tenantId}/oauth2/v2.0/devicecode`
      const answer = await contoso.emulator.fetch(path, { method: 'POST', body })
      const { user_code: code } = (await answer.json()) as { user_code: string }
      await fillIn(page, 'Code', code)
      await press(page, 'Next')
    },
  ],
  [
    'sign-out',
    async (page) => {
      await press(page, 'Continue')
      await page.goto(authorizeUrl({ prompt: 'login' }))
      await signInByKeyboard(page, ada, 'enchantress')
      await page.goto(`${contoso.emulator.url}/${tenantId}/oauth2/v2.0/logout`)
    },
  ],
  [
    'signed-out',
    async (page) => {
      await press(page, 'All of them')
    },
  ],
  [
    'live',
    async (page) => {
      const ask = (form: Record<string, string>): Promise<Response> =>
        contoso.emulator.fetch(`${contoso.emulator.url}/${tenantId}/oauth2/v2.0/token`, {
          method: 'POST',
          body: new URLSearchParams({ client_id: clientId, scope: 'https://storage.azure.com/.default', ...form }),
        })
      await ask({ grant_type: 'authorization_code', code: 'nonsense', redirect_uri: redirectUri })
      await ask({ grant_type: 'password', username: ada, password: 'enchantress' })
      await page.goto(contoso.emulator.url)
      await page.getByText('Details of request').first().click()
    },
  ],
]

// PICTURES=folder keeps a picture of each, to be looked at.
describe.for([
  ['light', 'wide', 1280],
  ['light', 'narrow', 360],
  ['dark', 'wide', 1280],
  ['dark', 'narrow', 360],
] as const)('%s and %s', ([colorScheme, size, width]) => {
  test('axe-core finds nothing serious on any page, and none is wider than its window', async () => {
    const { page } = await personWithApp({ colorScheme, viewport: { width, height: 800 } })
    const found: Record<string, unknown> = {}
    const folder = process.env.PICTURES
    if (folder !== undefined) await mkdir(folder, { recursive: true })
    for (const [name, open] of pages) {
      await open(page)
      if (folder !== undefined) {
        await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${size}.png`), fullPage: name !== 'live' })
      }
      const violations = await seriousViolations(page)
      const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      if (violations.length > 0 || wider > 0) found[name] = { violations, wider }
    }
    expect(found).toEqual({})
  })
})
