import type { Emulator } from '@entrada/emulator'
import { AuthenticationError, CredentialUnavailableError, InteractiveBrowserCredential } from 'entrada'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { handOverIfPopup } from '../../src/page/hand-over.ts'
import { objectIdOf, parametersOf } from '../sign-in/person.ts'
import { failure, scope, tenantId, until, user } from '../world.ts'
import {
  appOrigin,
  comeBack,
  credentialIn,
  inTab,
  pageClientId,
  redirectUri,
  startPageEmulator,
} from './app-in-page.ts'
import { type OpenedWindow, Tab } from './browser.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startPageEmulator()
})
beforeEach(() => emulator.requests.clear())
afterAll(() => emulator.close())

/** The window that a credential opens in the tab. */
async function windowOf(tab: Tab, number = 0): Promise<OpenedWindow> {
  await until(() => tab.opened.length > number)
  return tab.opened[number] as OpenedWindow
}

/** Waits for the window, and has the person sign in in it. */
async function signIn(tab: Tab, number = 0): Promise<OpenedWindow> {
  const opened = await windowOf(tab, number)
  opened.show(comeBack(opened.url, emulator))
  return opened
}

const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false
  promise.then(
    () => (settled = true),
    () => (settled = true),
  )
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve))
  return settled
}

describe('the sign-in in a window', () => {
  test('asks for a code with PKCE S256, state and nonce in the fragment, and redeems it from the page', async () => {
    const tab = new Tab(`${appOrigin}/`)
    await using credential = credentialIn(tab, emulator)
    const token = credential.getToken(scope)
    const opened = await signIn(tab)
    expect(objectIdOf((await token).token)).toBe(user.objectId)
    const { state, nonce, code_challenge, ...rest } = parametersOf(opened.url)
    expect(rest).toEqual({
      client_id: pageClientId,
      response_type: 'code',
      response_mode: 'fragment',
      redirect_uri: redirectUri,
      scope: `${scope} openid profile offline_access`,
      code_challenge_method: 'S256',
      client_info: '1',
    })
    expect(state).toMatch(/^entrada-popup\.[\w-]{43}$/)
    for (const value of [nonce, code_challenge]) expect(value).toMatch(/^[\w-]{43}$/)
    const [redeemed] = emulator.requests
    expect(redeemed?.form).toMatchObject({ grant_type: 'authorization_code', redirect_uri: redirectUri })
    expect(opened.isClosed).toBe(true)
    expect(tab.isQuiet).toBe(true)
  })

  test('uses each state, nonce and verifier once', async () => {
    const tab = new Tab(`${appOrigin}/`)
    const seen = new Set<unknown>()
    for (let time = 0; time < 2; time++) {
      await using credential = credentialIn(tab, emulator)
      const token = credential.getToken(scope)
      const { url } = await signIn(tab, time)
      await token
      tab.kept.texts.clear()
      const { state, nonce, code_challenge: challenge } = parametersOf(url)
      for (const value of [state, nonce, challenge]) seen.add(value)
    }
    expect(seen.size).toBe(6)
  })

  test('keeps no state, nonce, verifier or code in the tab, and its tokens only there', async () => {
    const tab = new Tab(`${appOrigin}/`)
    await using credential = credentialIn(tab, emulator)
    const token = credential.getToken(scope)
    const { url } = await windowOf(tab)
    expect([...tab.kept.texts.keys()]).toEqual([])
    await signIn(tab)
    await token
    await until(() => tab.kept.length === 3)
    const { code = '', code_verifier: verifier = '' } = emulator.requests[0]?.form ?? {}
    const { state = '', nonce = '' } = parametersOf(url)
    const kept = [...tab.kept.texts].flat().join('\n')
    for (const secret of [code, verifier, state, nonce]) expect(kept).not.toContain(secret)
    expect([...tab.kept.texts.keys()].map((name) => /"(access|refresh|account)"/.exec(name)?.[1])).toEqual(
      expect.arrayContaining(['access', 'account', 'refresh']),
    )
  })

  test('opens one window, however many wait', async () => {
    const tab = new Tab(`${appOrigin}/`)
    await using credential = credentialIn(tab, emulator)
    const tokens = [
      credential.getToken(scope),
      credential.getToken(scope),
      credential.getToken(`${appOrigin}/.default`),
    ]
    await signIn(tab)
    await Promise.allSettled(tokens)
    expect(tab.opened.length).toBe(1)
    expect(await tokens[0]).toBe(await tokens[1])
  })

  test('asks nobody after the page was reloaded, and does not repeat a request', async () => {
    const tab = new Tab(`${appOrigin}/`)
    const first = credentialIn(tab, emulator)
    const token = first.getToken(scope)
    await signIn(tab)
    const { token: issued } = await token
    await until(() => tab.kept.length === 3)
    await first.close()
    emulator.requests.clear()
    await using again = credentialIn(tab.reload(`${appOrigin}/`), emulator)
    expect((await again.getToken(scope)).token).toBe(issued)
    expect(emulator.requests.length).toBe(0)
  })

  test('takes an account in the tab only from the same application and authority', async () => {
    const tab = new Tab(`${appOrigin}/`)
    const first = credentialIn(tab, emulator)
    const token = first.getToken(scope)
    await signIn(tab)
    await token
    await until(() => tab.kept.length === 3)
    await first.close()
    for (const other of [{ clientId: tenantId }, { authorityHost: 'https://login.other.example' }]) {
      const next = tab.reload(`${appOrigin}/`)
      const credential = credentialIn(next, emulator, other)
      const nothing = failure(credential.getToken(scope))
      // Somebody is asked, and not the one who is in the tab.
      expect(parametersOf((await windowOf(next)).url).login_hint).toBeUndefined()
      await credential.close()
      await nothing
    }
  })
})

describe('what counts as the answer', () => {
  test.each<[string, (opened: OpenedWindow, tab: Tab) => void]>([
    [
      'another state in the window',
      (opened) => opened.show(comeBack(opened.url, emulator, { state: `entrada-popup.${'A'.repeat(43)}` })),
    ],
    ['no state in the window', (opened) => opened.show(`${redirectUri}#code=stolen`)],
    ['neither code nor error', (opened) => opened.show(`${redirectUri}#state=${parametersOf(opened.url).state}`)],
    [
      'the right fields at another origin',
      (opened) => opened.show(comeBack(opened.url, emulator).replace(appOrigin, 'https://evil.example')),
    ],
    [
      'another state on the channel',
      (opened, tab) =>
        tab.say(parametersOf(opened.url).state ?? '', `code=stolen&state=entrada-popup.${'A'.repeat(43)}`),
    ],
    ['no text on the channel', (opened, tab) => tab.say(parametersOf(opened.url).state ?? '', { code: 'stolen' })],
    [
      'a page of another origin',
      (opened, tab) => {
        const { state = '' } = parametersOf(opened.url)
        tab.say(state, comeBack(opened.url, emulator).split('#')[1], 'https://evil.example')
      },
    ],
  ])('not %s: the sign-in goes on', async (_, answer) => {
    const tab = new Tab(`${appOrigin}/`)
    await using credential = credentialIn(tab, emulator)
    const token = credential.getToken(scope)
    const opened = await windowOf(tab)
    answer(opened, tab)
    expect(await isSettled(token)).toBe(false)
    expect(emulator.requests.length).toBe(0)
    opened.show(comeBack(opened.url, emulator))
    expect(objectIdOf((await token).token)).toBe(user.objectId)
  })

  test.each([
    ['a doubled field', '&code=another', /The response has a field twice/],
    ['another issuer', `&iss=${encodeURIComponent('https://evil.example/v2.0')}`, /from a different issuer/],
  ])('not %s: the sign-in ends', async (_, more, message) => {
    const tab = new Tab(`${appOrigin}/`)
    await using credential = credentialIn(tab, emulator)
    const token = credential.getToken(scope)
    const opened = await windowOf(tab)
    opened.show(comeBack(opened.url, emulator) + more)
    const error = await failure(token)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toMatch(message)
    expect(opened.isClosed).toBe(true)
    expect(emulator.requests.length).toBe(0)
  })

  test('not an ID token from a different sign-in (nonce)', async () => {
    const tab = new Tab(`${appOrigin}/`)
    await using credential = credentialIn(tab, emulator)
    const token = credential.getToken(scope)
    const opened = await windowOf(tab)
    const { url } = opened
    opened.show(comeBack(url.replace(/nonce=[^&]+/, 'nonce=another'), emulator))
    expect((await failure(token)).message).toContain('belongs to a different sign-in (nonce)')
    expect(tab.kept.length).toBe(0)
  })

  test('a refusal of Entra is the error, with its words', async () => {
    const tab = new Tab(`${appOrigin}/`)
    await using credential = credentialIn(tab, emulator)
    const token = credential.getToken(scope)
    const opened = await windowOf(tab)
    const { state = '' } = parametersOf(opened.url)
    const said = { error: 'access_denied', error_description: 'AADSTS65004: User declined to consent.', state }
    opened.show(`${redirectUri}#${new URLSearchParams(said)}`)
    const error = (await failure(token)) as AuthenticationError
    expect(error.errorResponse).toMatchObject({ error: 'access_denied', errorCodes: [65004] })
    expect(error.message).toContain('User declined to consent')
  })
})

describe('the page that comes back in a window', () => {
  test('hands its answer over where the windows are kept apart, takes it out of the address and closes', async () => {
    const tab = new Tab(`${appOrigin}/`)
    await using credential = credentialIn(tab, emulator)
    const token = credential.getToken(scope)
    const opened = await windowOf(tab)
    // The other site is seen for a moment before the window seems to be closed.
    tab.look()
    opened.sever()
    opened.show(comeBack(opened.url, emulator))
    expect(await handOverIfPopup(opened.page)).toBe(true)
    expect(objectIdOf((await token).token)).toBe(user.objectId)
    expect(opened.page.address()).toBe(redirectUri)
    expect((opened.page as Tab).isClosed).toBe(true)
  })

  test('does so when a credential in it is asked for a token, without a window of its own', async () => {
    const tab = new Tab(`${appOrigin}/`)
    await using credential = credentialIn(tab, emulator)
    const token = credential.getToken(scope)
    const opened = await windowOf(tab)
    opened.sever()
    opened.show(comeBack(opened.url, emulator))
    const inside = credentialIn(opened.page as Tab, emulator)
    const nothing = failure(inside.getToken(scope))
    expect(objectIdOf((await token).token)).toBe(user.objectId)
    expect((opened.page as Tab).opened).toEqual([])
    expect((opened.page as Tab).isClosed).toBe(true)
    await inside.close()
    expect((await nothing).name).toBe('AbortError')
  })

  test('leaves an answer to others where it is', async () => {
    const tab = new Tab(`${redirectUri}#code=theirs&state=theirs`)
    expect(await handOverIfPopup(tab)).toBe(false)
    expect(tab.address()).toBe(`${redirectUri}#code=theirs&state=theirs`)
  })
})

describe('how it ends without an answer', () => {
  test('the browser blocks the window: an error that says what to do', async () => {
    const tab = new Tab(`${appOrigin}/`)
    tab.blocksWindows = true
    await using credential = credentialIn(tab, emulator)
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toBe(
      "InteractiveBrowserCredential: the browser blocked the window for the sign-in. Call authenticate() when the person clicks, or use loginStyle 'redirect'.",
    )
    expect(tab.isQuiet).toBe(true)
  })

  test('the person closes the window: an error of its own, at once', async () => {
    const tab = new Tab(`${appOrigin}/`)
    await using credential = credentialIn(tab, emulator)
    const token = credential.getToken(scope)
    const opened = await windowOf(tab)
    for (let looks = 0; looks < 5; looks++) tab.look()
    opened.shut()
    expect((await failure(token)).message).toContain('the window was closed before the sign-in was complete')
    expect(tab.isQuiet).toBe(true)
    const again = credential.getToken(scope)
    await signIn(tab, 1)
    expect(objectIdOf((await again).token)).toBe(user.objectId)
  })

  test('nobody waits any more: the window is closed', async () => {
    const tab = new Tab(`${appOrigin}/`)
    await using credential = credentialIn(tab, emulator)
    const controller = new AbortController()
    const token = credential.getToken(scope, { abortSignal: controller.signal })
    const opened = await windowOf(tab)
    controller.abort()
    expect((await failure(token)).name).toBe('AbortError')
    await until(() => opened.isClosed)
    expect(tab.isQuiet).toBe(true)
  })

  test('close() closes the window', async () => {
    const tab = new Tab(`${appOrigin}/`)
    const credential = credentialIn(tab, emulator)
    const token = failure(credential.getToken(scope))
    const opened = await windowOf(tab)
    await credential.close()
    expect(opened.isClosed).toBe(true)
    await token
  })

  test('it takes too long: the window is closed', async () => {
    const tab = new Tab(`${appOrigin}/`)
    await using credential = credentialIn(tab, emulator, { timeoutInMs: 1 })
    expect((await failure(credential.getToken(scope))).message).toContain('nobody signed in within 0.001 s')
    expect(tab.opened[0]?.isClosed).toBe(true)
    expect(tab.isQuiet).toBe(true)
  })
})

describe('the options', () => {
  const tab = new Tab(`${appOrigin}/shop?x#y`)

  test('need the client id of an application', () => {
    expect(() => new InteractiveBrowserCredential(inTab(tab, emulator))).toThrow(
      /^InteractiveBrowserCredential: clientId is a required parameter/,
    )
  })

  test.each([['window'], [1]])('refuse the login style %j', (loginStyle) => {
    expect(() => credentialIn(tab, emulator, { loginStyle: loginStyle as 'popup' })).toThrow(
      "InteractiveBrowserCredential: options.loginStyle must be 'popup' or 'redirect'.",
    )
  })

  test.each(['https://evil.example/', 'javascript:alert(1)', `${appOrigin}:444/`, `${appOrigin}/#x`, '/'])(
    'refuse the redirect URI %s',
    (uri) => {
      expect(() => credentialIn(tab, emulator, { redirectUri: uri })).toThrow(
        /redirectUri must be an address of this page/,
      )
    },
  )

  test('take the page’s origin where no redirect URI is given', async () => {
    const here = new Tab(`${appOrigin}/shop?x#y`)
    const { redirectUri: _, ...rest } = { redirectUri: '', tenantId, clientId: pageClientId }
    await using credential = new InteractiveBrowserCredential({ ...inTab(here, emulator), ...rest })
    const token = credential.getToken(scope)
    const opened = await signIn(here)
    expect(parametersOf(opened.url).redirect_uri).toBe(appOrigin)
    expect(objectIdOf((await token).token)).toBe(user.objectId)
  })
})
