import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { launchChromium, newPerson } from '../../interop/chromium.ts'
import { chromium, component, siteTools } from '../../interop/components.ts'
import { brokenLinks, builtPages, serve } from './built-site.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 1_800_000 })

const isHere = [component(siteTools), component(chromium)].every(Boolean)
const dist = fileURLToPath(new URL('dist/', import.meta.url))

let browser: Browser
let site: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
  if (!isHere) return
  // For whoever works on the tests, and has just run `npm run docs`.
  if (process.env.ENTRADA_SITE_IS_BUILT !== 'true') {
    const main = fileURLToPath(new URL('main.mjs', import.meta.url))
    await promisify(execFile)(process.execPath, [main, 'build'], { maxBuffer: 64 * 2 ** 20 })
  }
  site = await serve(dist)
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
})

test('every link and anchor of the site leads somewhere', async () => {
  const files = new Set(await readdir(dist, { recursive: true }))
  const pages = await builtPages(dist)
  expect(pages.length).toBeGreaterThan(40)
  expect(brokenLinks(pages, files)).toEqual([])
})

test('llms.txt leads to the Markdown of the pages', async () => {
  const list = await readFile(join(dist, 'llms.txt'), 'utf8')
  const pages = [...list.matchAll(/^- \[[^\]]+\]\(([^)]+)\)/gm)].map(([, page = '']) => page)
  expect(pages.length).toBeGreaterThan(20)
  for (const page of pages) expect(await readFile(join(dist, page), 'utf8'), page).not.toBe('')
})

test('the search finds an error by its code, without a request to anybody else', async () => {
  const page = await newPerson(browser)
  const hosts = new Set<string>()
  page.on('request', (request) => hosts.add(new URL(request.url()).origin))
  await page.goto(site.url)
  await openSearch(page)
  await page.getByRole('searchbox').fill('AADSTS7000215')
  await page.getByRole('option').first().waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/#/)
  expect([...hosts].filter((origin) => /^https?:/.test(origin))).toEqual([site.url])
  await page.context().close()
})

/** What people type, and a page that answers it. */
const searches: readonly (readonly [words: string, page: RegExp])[] = [
  ['managedIdentityClientId', /default-azure-credential|options|ManagedIdentityCredential/],
  ['AZURE_TOKEN_CREDENTIALS', /how-a-credential-is-chosen|environment/],
  ['AADSTS700016', /aadsts/],
  ['CredentialUnavailableError', /classes\/CredentialUnavailableError/],
  ['device code', /device-code/],
  ['proxy', /environment/],
  ['NO_PROXY', /environment/],
  ['jest', /emulator/],
  ['CommonJS', /start/],
  ['redis', /packages\/redis|recipes\/redis/],
  ['kubectl', /recipes\/kubectl/],
  ['on behalf of', /web-api|on-behalf-of/],
  ['expired secret', /aadsts7000222/],
  ['offline', /emulator|start/],
  ['test without Azure', /emulator|test-without-azure/],
  ['getBearerTokenProvider', /getBearerTokenProvider/],
  ['AzureCliCredential timeout', /azure-cli-credential|options/],
  ['SecretClient', /key-vault/],
  ['Terraform', /recipes\/terraform/],
  ['MCP', /recipes\/mcp-server/],
  ['list containers', /start/],
  ['logout', /device-code|cli/],
]

test('the search has the right page among its first three hits', async () => {
  const page = await newPerson(browser)
  await page.goto(site.url)
  await openSearch(page)
  const box = page.getByRole('searchbox')
  await box.waitFor()
  const hits = page.locator('.VPLocalSearchBox a.result')
  const missed: string[] = []
  for (const [words, expected] of searches) {
    // Empty in between, so that what is seen next are the hits of these words.
    await box.fill('')
    await expect.poll(() => hits.count(), { timeout: 30_000 }).toBe(0)
    await box.fill(words)
    await hits.first().waitFor()
    const found = await hits.evaluateAll((links) => links.slice(0, 3).map((link) => link.getAttribute('href') ?? ''))
    if (!found.some((href) => expected.test(href))) missed.push(`${words}: ${found.join(' ')}`)
  }
  expect(missed).toEqual([])
  await page.context().close()
})

/** The page listens to the keyboard once Vue has taken it over, which a busy machine does late. */
async function openSearch(page: Page): Promise<void> {
  await page.waitForFunction(`document.querySelector('#app').__vue_app__ !== undefined`)
  await page.keyboard.press('Control+k')
}

const screens = [
  { name: 'light, wide', colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { name: 'dark, wide', colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  { name: 'light, narrow', colorScheme: 'light', viewport: { width: 360, height: 740 } },
  { name: 'dark, narrow', colorScheme: 'dark', viewport: { width: 360, height: 740 } },
] as const

/** One of each kind: hero, text and code, wide tables, many headings, images, and what is generated. */
const kinds = [
  '',
  'start.html',
  'runtimes.html',
  'aadsts.html',
  'emulator.html',
  'credentials/default-azure-credential.html',
  'api/entrada/classes/ClientSecretCredential.html',
  'recipes/index.html',
  'recipes/next.html',
]

describe.each(screens)('$name', (screen) => {
  test.each(kinds)('/%s has nothing that axe-core finds, and fits the screen', async (path) => {
    const { colorScheme, viewport } = screen
    const page = await newPerson(browser, { colorScheme, viewport, reducedMotion: 'reduce' })
    await page.goto(`${site.url}/${path}`, { waitUntil: 'networkidle' })
    // For whoever wants to look at it.
    const shots = process.env.ENTRADA_SCREENS
    if (shots) await page.screenshot({ path: join(shots, `${screen.name.replace(', ', '-')}-${path || 'home'}.png`) })
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width)
    await page.context().close()
  })
})

async function violations(page: Page): Promise<unknown[]> {
  await page.evaluate(axe.source)
  return page.evaluate<unknown[]>(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.slice(0, 5).map(({ html, failureSummary }) => html.slice(0, 200) + ' ' + failureSummary) })))`)
}
