import type { Emulator } from '@entrada/emulator'
import { AuthenticationError, CredentialUnavailableError } from 'entrada'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { failure, scope, until, user } from '../world.ts'
import { appOrigin, comeBack, credentialIn, redirectUri, startPageEmulator } from './app-in-page.ts'
import { grantsIn, objectIdOf, parametersOf } from './asked.ts'
import { Tab } from './browser.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startPageEmulator()
})
beforeEach(() => emulator.requests.clear())
afterAll(() => emulator.close())

const loginStyle = 'redirect'

/** A tab that has left for a sign-in: where to, and the tab. */
async function leave(tab = new Tab(`${appOrigin}/`), asked = scope): Promise<{ url: string; tab: Tab }> {
  const credential = credentialIn(tab, emulator, { loginStyle })
  const number = tab.left.length
  void credential.getToken(asked).catch(() => undefined)
  await until(() => tab.left.length > number)
  return { url: tab.left[number] ?? '', tab }
}

describe('the sign-in that leaves the page', () => {
  test('comes back to a token, for the scope that is asked for then', async () => {
    const { url, tab } = await leave()
    expect(parametersOf(url)).toMatchObject({
      ...{ response_mode: 'fragment', code_challenge_method: 'S256', redirect_uri: redirectUri },
      state: expect.stringMatching(/^entrada-redirect\.[\w-]{43}$/) as string,
    })
    const back = tab.reload(comeBack(url, emulator))
    await using credential = credentialIn(back, emulator, { loginStyle })
    const { token } = await credential.getToken('https://vault.azure.net/.default')
    expect(objectIdOf(token)).toBe(user.objectId)
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).aud).toContain('vault.azure.net')
    expect(back.left).toEqual([])
  })

  test('takes the answer out of the address before anything is sent, and forgets what it kept for it', async () => {
    const { url, tab } = await leave()
    const { state = '', nonce = '' } = parametersOf(url)
    expect([...tab.kept.texts.values()].join()).toContain(state)
    const back = tab.reload(comeBack(url, emulator))
    let shown = ''
    await using credential = credentialIn(back, emulator, {
      loginStyle,
      fetch: (to, init) => {
        shown ||= `${back.address()} ${[...back.kept.texts].join()}`
        return emulator.fetch(to, { ...init, headers: { ...init?.headers, origin: appOrigin } })
      },
    })
    await credential.getToken(scope)
    const { code = '', code_verifier: verifier = '' } = emulator.requests[0]?.form ?? {}
    expect(shown.startsWith(`${redirectUri} `)).toBe(true)
    for (const secret of [state, nonce, code, verifier]) expect(shown).not.toContain(secret)
  })

  test('asks nobody in a page that comes back, even where no one may be asked', async () => {
    const { url, tab } = await leave()
    const back = tab.reload(comeBack(url, emulator))
    await using credential = credentialIn(back, emulator, { loginStyle, disableAutomaticAuthentication: true })
    expect(objectIdOf((await credential.getToken(scope)).token)).toBe(user.objectId)
  })

  test('is redeemed once, however many wait', async () => {
    const { url, tab } = await leave()
    await using credential = credentialIn(tab.reload(comeBack(url, emulator)), emulator, { loginStyle })
    const [one, other] = await Promise.all([credential.getToken(scope), credential.getToken(scope)])
    expect(one).toBe(other)
    expect(grantsIn(emulator)).toEqual(['authorization_code', 'refresh_token'])
  })

  test('an aborted call does not spend the answer', async () => {
    const { url, tab } = await leave()
    await using credential = credentialIn(tab.reload(comeBack(url, emulator)), emulator, { loginStyle })
    const aborted = credential.getToken(scope, { abortSignal: AbortSignal.abort() })
    expect((await failure(aborted)).name).toBe('AbortError')
    expect(objectIdOf((await credential.getToken(scope)).token)).toBe(user.objectId)
  })
})

describe('an answer that was not asked for', () => {
  test.each<[string, (tab: Tab, url: string) => Tab]>([
    ['in another tab', (_, url) => new Tab(comeBack(url, emulator))],
    [
      'with another state',
      (tab, url) => tab.reload(comeBack(url, emulator, { state: `entrada-redirect.${'A'.repeat(43)}` })),
    ],
  ])('%s is refused, and taken out of the address', async (_, open) => {
    const { url, tab } = await leave()
    const back = open(tab, url)
    await using credential = credentialIn(back, emulator, { loginStyle })
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toContain('rejected the sign-in response: this tab did not start it')
    expect(back.address()).toBe(redirectUri)
    expect([back.left, emulator.requests.length]).toEqual([[], 0])
  })

  test('serves once: the same address again is refused', async () => {
    const { url, tab } = await leave()
    const address = comeBack(url, emulator)
    await using first = credentialIn(tab.reload(address), emulator, { loginStyle })
    await first.getToken(scope)
    emulator.requests.clear()
    await using second = credentialIn(tab.reload(address), emulator, { loginStyle })
    expect((await failure(second.getToken(scope))).message).toContain('this tab did not start it')
    expect(emulator.requests.length).toBe(0)
  })

  test('of another application of the page is left to it', async () => {
    const { url, tab } = await leave()
    const address = comeBack(url, emulator)
    const back = tab.reload(address)
    await using other = credentialIn(back, emulator, {
      ...{ loginStyle, clientId: '6bacccc0-cccc-4ccc-8ccc-cccccccccccc', disableAutomaticAuthentication: true },
    })
    expect((await failure(other.getToken(scope))).name).toBe('AuthenticationRequiredError')
    expect(back.address()).toBe(address)
    await using own = credentialIn(back, emulator, { loginStyle })
    expect(objectIdOf((await own.getToken(scope)).token)).toBe(user.objectId)
  })

  test('an ID token from a different sign-in (nonce) is refused', async () => {
    const { url, tab } = await leave()
    const back = tab.reload(comeBack(url.replace(/nonce=[^&]+/, 'nonce=another'), emulator))
    await using credential = credentialIn(back, emulator, { loginStyle, disableAutomaticAuthentication: true })
    expect((await failure(credential.getToken(scope))).message).toContain('belongs to a different sign-in (nonce)')
    expect((await failure(credential.getToken(scope))).name).toBe('AuthenticationRequiredError')
    expect(back.kept.length).toBe(0)
  })

  test('a refusal is reported once, and the next call asks again', async () => {
    const { url, tab } = await leave()
    const { state = '' } = parametersOf(url)
    const said = { error: 'access_denied', error_description: 'AADSTS65004: declined', state }
    const back = tab.reload(`${redirectUri}#${new URLSearchParams(said)}`)
    await using credential = credentialIn(back, emulator, { loginStyle })
    expect(await failure(credential.getToken(scope))).toMatchObject({ errorResponse: { error: 'access_denied' } })
    void credential.getToken(scope).catch(() => undefined)
    await until(() => back.left.length === 1)
  })
})

test('a tab that keeps nothing is not left', async () => {
  const tab = new Tab(`${appOrigin}/`)
  tab.storage = () => {
    throw new Error('SecurityError')
  }
  await using credential = credentialIn(tab, emulator, { loginStyle })
  const error = await failure(credential.getToken(scope))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toBe(
    "InteractiveBrowserCredential: the browser does not let this page store anything (sessionStorage). Allow the site to store data, or use loginStyle 'popup'.",
  )
  expect(tab.left).toEqual([])
})

test('nobody waits any more: what was kept for the way back is gone', async () => {
  const tab = new Tab(`${appOrigin}/`)
  const credential = credentialIn(tab, emulator, { loginStyle })
  const nothing = failure(credential.getToken(scope))
  await until(() => tab.left.length === 1)
  expect(tab.kept.length).toBe(1)
  await credential.close()
  await nothing
  expect(tab.kept.length).toBe(0)
})
