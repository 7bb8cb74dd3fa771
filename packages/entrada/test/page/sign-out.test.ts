import type { Emulator } from '@entrada/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parametersOf } from '../sign-in/person.ts'
import { failure, scope, tenantId, until } from '../world.ts'
import { appOrigin, comeBack, credentialIn, redirectUri, startPageEmulator } from './app-in-page.ts'
import { Tab } from './browser.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startPageEmulator()
})
afterAll(() => emulator.close())

/** A tab in which somebody has signed in. */
async function signedIn(): Promise<Tab> {
  const tab = new Tab(`${appOrigin}/`)
  const credential = credentialIn(tab, emulator)
  const token = credential.getToken(scope)
  await until(() => tab.opened.length === 1)
  tab.opened[0]?.show(comeBack(tab.opened[0].url, emulator))
  await token
  await until(() => tab.kept.length === 3)
  await credential.close()
  return tab.reload(`${appOrigin}/`)
}

const silently = { disableAutomaticAuthentication: true }

test('signing out removes the tokens of the tab, and ends the session at the authority in a window', async () => {
  const tab = await signedIn()
  await using credential = credentialIn(tab, emulator, silently)
  await credential.getToken(scope)
  const left = credential.signOut()
  await until(() => tab.opened.length === 1)
  expect(tab.kept.length).toBe(0)
  const [opened] = tab.opened
  const url = new URL(opened?.url ?? '')
  expect(url.origin + url.pathname).toBe(`${emulator.url}/${tenantId}/oauth2/v2.0/logout`)
  expect(parametersOf(url.href)).toEqual({ post_logout_redirect_uri: redirectUri })
  opened?.show(redirectUri)
  await left
  expect([opened?.isClosed, tab.isQuiet]).toEqual([true, true])
  expect((await failure(credential.getToken(scope))).name).toBe('AuthenticationRequiredError')
})

test('a page that was just loaded signs out the account in its tab', async () => {
  const tab = await signedIn()
  await using credential = credentialIn(tab, emulator, { ...silently, loginStyle: 'redirect' })
  await credential.signOut()
  expect(tab.kept.length).toBe(0)
  expect(tab.left.map((url) => new URL(url).pathname)).toEqual([`/${tenantId}/oauth2/v2.0/logout`])
})

test('nobody is signed in: no window opens', async () => {
  const tab = new Tab(`${appOrigin}/`)
  await using credential = credentialIn(tab, emulator, silently)
  await credential.signOut()
  expect([tab.opened, tab.left]).toEqual([[], []])
})

test('the window is closed by the person: that is the end of it', async () => {
  const tab = await signedIn()
  await using credential = credentialIn(tab, emulator, silently)
  const left = credential.signOut()
  await until(() => tab.opened.length === 1)
  tab.opened[0]?.shut()
  await left
  expect(tab.isQuiet).toBe(true)
})

test('the browser blocks the window: the tokens are gone, and the error says what is left', async () => {
  const tab = await signedIn()
  tab.blocksWindows = true
  await using credential = credentialIn(tab, emulator, silently)
  expect((await failure(credential.signOut())).message).toBe(
    "InteractiveBrowserCredential: signed out here, but the browser blocked the window that signs out at the authority. Call signOut() when the person clicks, or use loginStyle 'redirect'.",
  )
  expect(tab.kept.length).toBe(0)
})
