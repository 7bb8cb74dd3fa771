import type { Emulator } from '@entrada/emulator'
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, vi } from 'vitest'
import { component, chromium as debianChromium } from './components.ts'
import { contosoSignsIn } from './signing-in.ts'
import { startTrustedEmulator } from './trusted-emulator.ts'

/** Contoso's people, and a browser for them. */
export interface ContosoInChromium {
  readonly emulator: Emulator
  /** A page of a person of their own. */
  newPage(options?: BrowserContextOptions): Promise<Page>
}

/** Starts both for the tests of the file that calls it, and ends them. Without Chromium those tests say so. */
export function contosoInChromium(): ContosoInChromium {
  component(debianChromium)
  // A browser on a busy machine takes its time.
  vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })
  let emulator: Emulator
  let browser: Browser | undefined
  beforeAll(async () => {
    emulator = await startTrustedEmulator({ directory: contosoSignsIn })
    browser = await launchChromium().catch(() => undefined)
  })
  afterAll(async () => {
    await browser?.close()
    await emulator.close()
  })
  return {
    get emulator() {
      return emulator
    },
    async newPage(options) {
      if (browser === undefined) throw new Error('Chromium did not start.')
      return newPerson(browser, options)
    },
  }
}

/** Debian's Chromium. As root it runs without its sandbox, and what it opens here is on this machine. */
export function launchChromium(further: readonly string[] = []): Promise<Browser> {
  const quiet = ['--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update']
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', ...quiet, ...further] })
}

/** A person of their own: no cookie of anyone else. The emulator's certificate is taken as it is. */
export async function newPerson(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  return page
}

/** Presses Tab until the control of this name has the focus, and that can be seen; fails after 40 times. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let times = 0; times < 40; times += 1) {
    const focused = await page.evaluate<FocusedControl>(FOCUSED_CONTROL)
    if (focused.name === name) {
      if (!focused.visible) throw new Error(`"${name}" has the focus, and nothing shows it.`)
      return
    }
    await page.keyboard.press('Tab')
  }
  throw new Error(`No control "${name}" can be reached by Tab.`)
}

/** Types into the field of this label. */
export async function fillIn(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, label)
  await page.keyboard.type(text)
}

/** Opens what is behind a heading. */
export async function openForm(page: Page, heading: string): Promise<void> {
  await tabTo(page, heading)
  await page.keyboard.press('Enter')
}

/** Presses Enter on the button or link of this name, and waits for the page that follows. */
export async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, name)
  await pressEnter(page)
}

/** Presses Enter where the focus is, and waits for the page that follows. */
export async function pressEnter(page: Page): Promise<void> {
  await Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press('Enter')])
}

/** A device's code, as a person has read it on the device and types it into the page that it names. */
export async function enterDeviceCode(page: Page, address: string, code: string): Promise<void> {
  await page.goto(address)
  await fillIn(page, 'Code', code.toLowerCase())
  await press(page, 'Next')
}

/** The password page, of somebody who has typed nothing yet. */
export async function signInByKeyboard(page: Page, username: string, password: string): Promise<void> {
  await fillIn(page, 'User name', username)
  await fillIn(page, 'Password', password)
  await press(page, 'Sign in')
}

/** What follows a device's code once the person has signed in: consent, where it is asked for, and a last question. */
export async function confirmDevice(page: Page): Promise<void> {
  if (await page.getByRole('button', { name: 'Accept' }).isVisible()) await press(page, 'Accept')
  await press(page, 'Continue')
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor()
}

interface Violation {
  id: string
  impact: string
  where: string[]
}

/** What axe-core finds on a page that is serious or worse. */
export async function seriousViolations(page: Page): Promise<Violation[]> {
  // By the debugger, which the page's policy does not bind.
  await page.evaluate(axe.source)
  return page.evaluate<Violation[]>(SERIOUS)
}

interface FocusedControl {
  name: string
  /** Its focus can be seen. */
  visible: boolean
}

/** Text, because it runs in the page, whose globals are not ours. */
const FOCUSED_CONTROL = `(() => {
  const control = document.activeElement
  if (control === null || control === document.body) return { name: '', visible: false }
  const label = control.labels?.[0]?.textContent ?? control.getAttribute('aria-label') ?? control.textContent
  const { outlineStyle, outlineWidth } = getComputedStyle(control)
  const visible = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
  return { name: label.replace(/\\s+/g, ' ').trim(), visible }
})()`

const SERIOUS = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations
  .filter(({ impact }) => impact === 'serious' || impact === 'critical')
  .map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map(({ html }) => html) })))`
