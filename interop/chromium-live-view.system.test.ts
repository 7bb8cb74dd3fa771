import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { contosoInChromium, fillIn, openForm, press, seriousViolations, tabTo } from './chromium.ts'
import { ada, clientId, pageClientId, tenantId } from './signing-in.ts'

const contoso = contosoInChromium()
beforeEach(() => contoso.emulator.reset())

const scope = 'https://storage.azure.com/.default'

/** A token request, as a program sends it. */
function ask(form: Record<string, string>, path = 'token'): Promise<Response> {
  return contoso.emulator.fetch(`${contoso.emulator.url}/${tenantId}/oauth2/v2.0/${path}`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: clientId, scope, ...form }),
  })
}

const signIn = { grant_type: 'password', username: ada, password: 'enchantress' }

/** How many requests the page shows. */
function shown(page: Page): Promise<number> {
  return page.locator('li.request').count()
}

/** Chooses the option of this text, by keyboard. */
async function choose(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, label)
  await page.keyboard.type(text)
}

describe('by keyboard alone, a person', () => {
  test('filters the requests as they type, and sees later ones that are meant', async () => {
    await ask(signIn)
    await ask({ ...signIn, password: 'wrong' })
    await ask({ ...signIn, client_id: pageClientId, password: 'wrong' })
    const page = await contoso.newPage()
    await page.goto(contoso.emulator.url)
    expect(await shown(page)).toBe(3)
    await fillIn(page, 'Search', 'aadsts')
    await page.getByText('2 of 3 requests').waitFor()
    await choose(page, 'Of app', 'Shop')
    await page.getByText('1 of 3 requests').waitFor()
    expect(new URL(page.url()).search).toContain('text=aadsts')
    await ask(signIn)
    await ask({ ...signIn, client_id: pageClientId, password: 'wrong' })
    await page.locator('li.request').nth(1).waitFor()
    expect(await shown(page)).toBe(2)
    await page.reload()
    expect(await shown(page)).toBe(2)
  })

  test('reads why a request was refused, copies it as curl, and clears the list', async () => {
    await ask({ ...signIn, password: 'wrong' })
    const page = await contoso.newPage({ permissions: ['clipboard-read', 'clipboard-write'] })
    await page.goto(contoso.emulator.url)
    await openForm(page, 'Why request 1 was refused')
    await page.getByRole('row', { name: 'password a password of 5 characters another no' }).waitFor()
    await openForm(page, 'Details of request 1')
    await tabTo(page, 'Copy as curl')
    await page.keyboard.press('Enter')
    await page.getByText('Copied.').waitFor()
    const command = await page.evaluate<string>('navigator.clipboard.readText()')
    const env = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: contoso.emulator.ca.path, PASSWORD: 'enchantress' }
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { env })
    expect(JSON.parse(stdout)).toHaveProperty('access_token')
    await page.locator('li.request').nth(1).waitFor()
    await press(page, 'Clear')
    await page.getByText('The list of requests was cleared.').waitFor()
    expect(await shown(page)).toBe(0)
  })

  test('starts a fault, and moves the clock', async () => {
    const page = await contoso.newPage()
    await page.goto(contoso.emulator.url)
    await openForm(page, 'Start a fault')
    await choose(page, 'The next token requests are', '503')
    await press(page, 'Start')
    await page.getByText('1 for the next token requests').waitFor()
    expect((await ask(signIn)).status).toBe(503)
    await page.getByRole('definition').getByText('none', { exact: true }).waitFor()
    await openForm(page, 'Move the clock')
    await press(page, 'Forward')
    await page.getByText('1 hour after the real time').waitFor()
    expect(Math.round((contoso.emulator.clock.now() - Date.now()) / 60_000)).toBe(60)
  })

  test('signs in as a user, so that an app gets a code without a password', async () => {
    const page = await contoso.newPage()
    await page.goto(contoso.emulator.url)
    await openForm(page, 'Sign in as a user')
    await choose(page, 'App', 'Shop')
    await press(page, 'Sign in')
    await page.getByText('This browser is signed in as Ada Lovelace. Shop asks for no password').waitFor()
    const back = 'http://localhost/callback'
    const query = {
      client_id: pageClientId,
      response_type: 'code',
      redirect_uri: back,
      scope: 'openid',
      prompt: 'none',
    }
    const pkce = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }
    const path = `${contoso.emulator.url}/${tenantId}/oauth2/v2.0/authorize`
    const asked = page.waitForRequest(`${back}**`)
    // Nothing listens there.
    await page.goto(`${path}?${new URLSearchParams({ ...query, ...pkce })}`).catch(() => undefined)
    expect(new URL((await asked).url()).searchParams.get('code')).toMatch(/^1\.AC/)
  })

  test('approves a device’s code that appears while they look', async () => {
    const page = await contoso.newPage()
    await page.goto(contoso.emulator.url)
    const device = (await (await ask({ scope: 'openid' }, 'devicecode')).json()) as Record<string, string>
    await page.getByText(device.user_code ?? '', { exact: true }).waitFor()
    await openForm(page, 'Approve a device code')
    await press(page, 'Approve')
    await page.getByText('Expense reports is signed in as Ada Lovelace').waitFor()
    const grant = 'urn:ietf:params:oauth:grant-type:device_code'
    const answer = await ask({ grant_type: grant, device_code: device.device_code ?? '' })
    expect(await answer.json()).toHaveProperty('access_token')
  })

  test('revokes sessions, and reads an app’s variables', async () => {
    const page = await contoso.newPage()
    await page.goto(contoso.emulator.url)
    await openForm(page, 'Revoke sessions')
    await press(page, 'Revoke')
    await page.getByText('The sessions of everyone were revoked').waitFor()
    await openForm(page, 'Variables of an app')
    await choose(page, 'Written for', 'Python')
    await press(page, 'Show')
    await page.getByText(`os.environ["AZURE_CLIENT_ID"] = "${clientId}"`).waitFor()
  })
})

test('without scripts the page filters and acts all the same', async () => {
  await ask(signIn)
  await ask({ ...signIn, password: 'wrong' })
  const page = await contoso.newPage({ javaScriptEnabled: false })
  await page.goto(contoso.emulator.url)
  await page.getByLabel('Outcome').selectOption('refused')
  await page.getByRole('button', { name: 'Filter' }).click()
  expect(await shown(page)).toBe(1)
  await page.getByText('Start a fault').click()
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await page.getByText('The next token request is: 429').waitFor()
})

// PICTURES=folder keeps a picture of each, to be looked at.
describe.for([
  ['light', 'wide', 1280],
  ['dark', 'wide', 1280],
  ['light', 'narrow', 360],
  ['dark', 'narrow', 360],
] as const)('%s and %s', ([colorScheme, size, width]) => {
  test('everything open, axe-core finds nothing serious, the directory is first, and the page fits its window', async () => {
    await ask(signIn)
    await ask({ ...signIn, client_id: pageClientId, password: 'wrong' })
    await ask({ scope: 'openid' }, 'devicecode')
    const page = await contoso.newPage({ colorScheme, viewport: { width, height: 900 } })
    await page.goto(contoso.emulator.url)
    const folder = process.env.PICTURES
    if (folder !== undefined) {
      await mkdir(folder, { recursive: true })
      await page.screenshot({ path: join(folder, `live-view-${colorScheme}-${size}.png`), fullPage: true })
    }
    await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    if (folder !== undefined) {
      await page.screenshot({ path: join(folder, `live-view-open-${colorScheme}-${size}.png`), fullPage: true })
    }
    expect(await seriousViolations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    const places = ['tenants', 'requests-heading'].map((id) => page.locator(`#${id}`).boundingBox())
    const [directory, requests] = await Promise.all(places)
    if (size === 'narrow') expect(directory?.y).toBeLessThan(requests?.y ?? 0)
    else expect(directory?.x).toBeLessThan(requests?.x ?? 0)
  })
})
