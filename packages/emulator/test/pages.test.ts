import { readFile } from 'node:fs/promises'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { snippetsOf } from '../../../testing/markdown.ts'
import { type DirectoryDeclaration, type Emulator, startEmulator } from '../src/index.ts'
import {
  authorizePath,
  clientId,
  contosoSignsIn,
  everywhereClientId,
  nativeClientId,
  redirectUri,
  state,
  tenantId,
} from './authorize-request.ts'
import { type Browser, openBrowser, type Shown } from './browser.ts'
import { otherTenantId, start } from './contoso.ts'
import { type Form, refusalOf, requestToken } from './token-request.ts'
import { ada, exchange, redeem, tokensOf } from './user-directory.ts'

const charles = 'charles@contoso.example'
let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ directory: contosoSignsIn, now: () => start, signatures: 'quick' })
})
beforeEach(() => {
  emulator.clock.set(start)
  emulator.updateApp('web', { consent: undefined, conditionalAccess: undefined, refuse: undefined })
})
afterAll(() => emulator.close())

const password = (browser: Browser, username: string = ada.username, given = 'enchantress'): Promise<Shown> =>
  browser.submit({ username, password: given, action: 'password' })

/** A browser in which these users have signed in. */
async function signedIn(...users: [string, string][]): Promise<Browser> {
  const browser = openBrowser(emulator)
  for (const [username, given] of users) {
    await browser.open(authorizePath({ prompt: 'login' }))
    const shown = await password(browser, username, given)
    if (shown.title === 'Prove it’s you') await browser.submit({ code: '123456', action: 'second-factor' })
  }
  return browser
}

const errorOf = (shown: Shown): (string | null | undefined)[] => [
  shown.location?.searchParams.get('error'),
  shown.location?.searchParams.get('error_description')?.split(':')[0],
  shown.location?.searchParams.get('state'),
]
const hasCode = (shown: Shown): boolean => !!shown.location?.searchParams.has('code')
const adaToo: [string, string] = [ada.username, 'enchantress']
const charlesToo: [string, string] = [charles, 'difference']

describe('the password', () => {
  test.for<[string, [string, string], string, string?]>([
    ['that is wrong', [ada.username, 'x'], 'AADSTS50126'],
    ['of nobody', ['nobody@contoso.example', 'x'], 'AADSTS50034'],
    ['of another tenant', ['grace@fabrikam.example', 'p'], 'AADSTS50020'],
    ['that is missing', [ada.username, ''], 'AADSTS900144'],
  ])('%s is asked for again, with the reason, and without repeating it', async ([, [username, given], code]) => {
    const browser = openBrowser(emulator)
    await browser.open(authorizePath())
    const shown = await password(browser, username, given)
    expect(shown.title).toBe('Sign in')
    expect(shown.text).toContain(code)
    expect(shown.fields.username).toBe(username)
    expect(shown.fields.password).toBe('')
    expect(shown.html).toContain('aria-invalid="true" aria-describedby="fault"')
    expect(hasCode(await password(browser))).toBe(true)
  })

  test('of another tenant is refused with the issuer of that tenant as identity provider', async () => {
    const browser = openBrowser(emulator)
    await browser.open(authorizePath())
    const { text } = await password(browser, 'grace@fabrikam.example', 'p')
    expect(text).toContain(`from identity provider 'https://sts.windows.net/${otherTenantId}/' does not exist`)
  })

  test('is not asked for twice in a browser, by any app, for a day', async () => {
    const browser = await signedIn(adaToo)
    expect(hasCode(await browser.open(authorizePath()))).toBe(true)
    emulator.updateApp('tool', { redirectUris: [redirectUri] })
    expect(hasCode(await browser.open(authorizePath({ client_id: nativeClientId })))).toBe(true)
    emulator.clock.advance(24 * 60 * 60_000)
    expect((await browser.open(authorizePath())).title).toBe('Sign in')
  })

  test('is asked for again where the app wants a sign-in no older than max_age', async () => {
    const browser = await signedIn(adaToo)
    emulator.clock.advance(61_000)
    expect(hasCode(await browser.open(authorizePath({ max_age: '62' })))).toBe(true)
    expect((await browser.open(authorizePath({ max_age: '60' }))).title).toBe('Sign in')
  })
})

describe('prompt', () => {
  test('login asks who is signed in', async () => {
    const browser = await signedIn(adaToo)
    expect((await browser.open(authorizePath({ prompt: 'login' }))).title).toBe('Sign in')
  })

  test('select_account shows who is signed in, and whoever else', async () => {
    const browser = await signedIn(adaToo)
    const shown = await browser.open(authorizePath({ prompt: 'select_account' }))
    expect(shown.title).toBe('Pick an account')
    expect(shown.text).toContain('Ada Lovelace ada@contoso.example')
    expect(hasCode(await browser.submit({ account: ada.objectId }))).toBe(true)
    await browser.open(authorizePath({ prompt: 'select_account' }))
    expect((await browser.submit({ account: 'other' })).title).toBe('Sign in')
    expect((await password(browser, charles, 'difference')).title).toBe('Prove it’s you')
  })

  test('create leads to where users are added', async () => {
    const shown = await openBrowser(emulator).open(authorizePath({ prompt: 'create' }))
    expect(shown.html).toContain('href="/#add-user"')
  })

  test('consent asks although it was given', async () => {
    const browser = await signedIn(adaToo)
    expect((await browser.open(authorizePath({ prompt: 'consent' }))).title).toBe('Permissions requested')
    expect(hasCode(await browser.submit({ action: 'consent' }))).toBe(true)
  })

  test('none never shows a page: nobody, several, a second factor, a consent, and none of these', async () => {
    const scope = 'https://graph.microsoft.com/Files.Read'
    const none = authorizePath({ prompt: 'none', scope })
    expect(errorOf(await openBrowser(emulator).open(none))).toEqual(['login_required', 'AADSTS50058', state])
    const browser = await signedIn(adaToo)
    expect(hasCode(await browser.open(none))).toBe(true)
    const other = authorizePath({ prompt: 'none', login_hint: charles })
    expect(errorOf(await browser.open(other))).toEqual(['login_required', 'AADSTS50058', state])
    emulator.updateApp('web', { consent: 'required' })
    expect(errorOf(await browser.open(none))).toEqual(['consent_required', 'AADSTS65001', state])
    const claims = '{"access_token":{"polids":{"essential":true}}}'
    emulator.updateApp('web', { consent: undefined, conditionalAccess: { code: 50076, claims } })
    const refused = await browser.open(none)
    expect(errorOf(refused)).toEqual(['interaction_required', 'AADSTS50076', state])
    expect(refused.location?.searchParams.get('claims')).toBe(claims)
    const both = await signedIn(adaToo, charlesToo)
    expect(errorOf(await both.open(none))).toEqual(['interaction_required', 'AADSTS16000', state])
  })
})

describe('a hint', () => {
  test('at a user who is signed in takes their account, at another fills in the name', async () => {
    const browser = await signedIn(adaToo, charlesToo)
    expect((await browser.open(authorizePath())).title).toBe('Pick an account')
    const back = await browser.open(authorizePath({ login_hint: charles.toUpperCase(), client_info: '1' }))
    const info = Buffer.from(back.location?.searchParams.get('client_info') ?? '', 'base64url').toString()
    expect(info).toContain('00000000-0000-4000-8000-00000000bab0')
    expect((await browser.open(authorizePath({ login_hint: 'grace@fabrikam.example' }))).fields.username).toBe(
      'grace@fabrikam.example',
    )
  })

  test('at a domain leaves the accounts of others out', async () => {
    const browser = await signedIn(adaToo)
    expect(hasCode(await browser.open(authorizePath({ domain_hint: 'contoso.onmicrosoft.com' })))).toBe(true)
    expect(hasCode(await browser.open(authorizePath({ domain_hint: 'organizations' })))).toBe(true)
    expect((await browser.open(authorizePath({ domain_hint: 'fabrikam.example' }))).title).toBe('Sign in')
  })

  test('an account of one tenant is never taken for another’s', async () => {
    emulator.updateApp('everywhere', { redirectUris: [redirectUri] })
    const browser = await signedIn(adaToo)
    const shown = await browser.open(authorizePath({ client_id: everywhereClientId }, otherTenantId))
    expect(shown.title).toBe('Sign in')
  })
})

describe('a second factor', () => {
  const tokenOf = async (shown: Shown): Promise<Record<string, unknown>> => {
    const code = shown.location?.searchParams.get('code') ?? ''
    return decodeJwt((await tokensOf(redeem(emulator, code))).access_token)
  }

  test('is asked of users who have one, again until it is right, and stands in the token', async () => {
    const browser = openBrowser(emulator)
    await browser.open(authorizePath())
    expect((await password(browser, charles, 'difference')).title).toBe('Prove it’s you')
    expect((await browser.submit({ code: '000000', action: 'second-factor' })).text).toContain('AADSTS500121')
    const back = await browser.submit({ code: '123 456', action: 'second-factor' })
    expect(await tokenOf(back)).toMatchObject({ upn: charles, amr: ['pwd', 'mfa'] })
    expect(hasCode(await browser.open(authorizePath()))).toBe(true)
  })

  test('is asked for by a policy, and by claims', async () => {
    const browser = await signedIn(adaToo)
    const claims = JSON.stringify({ id_token: { amr: { essential: true, values: ['mfa'] } } })
    expect((await browser.open(authorizePath({ claims }))).title).toBe('Prove it’s you')
    emulator.updateApp('web', { conditionalAccess: { code: 50076 } })
    expect((await browser.open(authorizePath())).title).toBe('Prove it’s you')
    const back = await browser.submit({ code: '123456', action: 'second-factor' })
    expect(await tokenOf(back)).toMatchObject({ amr: ['pwd', 'mfa'] })
  })

  test('does not help against a policy that blocks: the page says so, and offers another account', async () => {
    const browser = await signedIn(adaToo)
    emulator.updateApp('web', { conditionalAccess: { code: 53003 } })
    const shown = await browser.open(authorizePath())
    expect(shown.text).toContain('AADSTS53003')
    expect((await browser.submit({ account: 'other' })).title).toBe('Sign in')
  })

  test('can’t be left out by sending a form of a later page', async () => {
    const browser = openBrowser(emulator)
    await browser.open(authorizePath())
    await password(browser, charles, 'difference')
    expect((await browser.submit({ action: 'consent' })).text).toContain('AADSTS9002313')
    await browser.open(authorizePath())
    expect((await browser.submit({ action: 'consent' })).text).toContain('AADSTS9002313')
    await browser.open(authorizePath())
    expect((await browser.submit({ account: ada.objectId })).text).toContain('AADSTS9002313')
    emulator.updateApp('web', { consent: 'required' })
    await browser.open(authorizePath())
    await browser.submit({ code: '123456', action: 'second-factor' })
    expect(browser.at?.title).toBe('Permissions requested')
  })
})

describe('consent', () => {
  test('is asked for what was not agreed to before, and then on behalf of the user too', async () => {
    emulator.updateApp('web', { consent: 'required' })
    const assertion = await emulator.userToken({ user: ada.username, app: 'web' })
    const wanted = { scope: 'https://graph.microsoft.com/Calendars.Read' }
    expect((await refusalOf(await exchange(emulator, assertion, wanted))).error_codes).toEqual([65001])
    const browser = openBrowser(emulator)
    await browser.open(authorizePath(wanted))
    const shown = await password(browser)
    expect(shown.title).toBe('Permissions requested')
    expect(shown.text).toContain('https://graph.microsoft.com/Calendars.Read')
    expect(hasCode(await browser.submit({ action: 'consent' }))).toBe(true)
    expect(hasCode(await browser.open(authorizePath(wanted)))).toBe(true)
    await tokensOf(exchange(emulator, assertion, wanted))
    const more = { scope: `${wanted.scope} https://graph.microsoft.com/Mail.Send` }
    expect((await browser.open(authorizePath(more))).title).toBe('Permissions requested')
  })

  test('that is declined is told to the app', async () => {
    emulator.updateApp('web', { consent: 'required' })
    const browser = openBrowser(emulator)
    await browser.open(authorizePath({ scope: 'https://graph.microsoft.com/Mail.Read' }))
    await password(browser)
    expect(errorOf(await browser.submit({ action: 'decline' }))).toEqual(['access_denied', 'AADSTS65004', state])
  })
})

test('the guide’s directory is one that the emulator takes, and its way to sign in without a browser works', async () => {
  const guide = await readFile(new URL('../../../docs/emulator.md', import.meta.url), 'utf8')
  const snippet = snippetsOf(guide).find(({ heading }) => heading === 'Your own tenants, apps and users')
  const directory = JSON.parse(snippet?.code ?? '') as DirectoryDeclaration
  await using guided = await startEmulator({ directory })
  const query = new URLSearchParams({
    ...{ client_id: clientId, response_type: 'code', redirect_uri: 'http://localhost:5000', scope: 'openid' },
  })
  const page = await guided.fetch(`${guided.url}/contoso.example/oauth2/v2.0/authorize?${query}`)
  const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? ''
  const form = /name="form" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const next = await guided.fetch(`${guided.url}/common/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie },
    body: new URLSearchParams({ form, action: 'password', username: ada.username, password: 'enchantress' }),
  })
  expect(await next.text()).toContain('Prove it’s you')
})

test('who cancels goes back to the app', async () => {
  const browser = openBrowser(emulator)
  await browser.open(authorizePath())
  const back = await browser.submit({ action: 'cancel' })
  expect(errorOf(back)).toEqual(['access_denied', 'The user cancelled the sign-in.', state])
  expect(back.location?.searchParams.get('error_subcode')).toBe('cancel')
})

describe('a device', () => {
  const begin = async (): Promise<{ user_code: string; device_code: string; verification_uri: string }> => {
    const body = new URLSearchParams({ client_id: nativeClientId, scope: 'openid User.Read' })
    const response = await emulator.fetch(`${emulator.url}/${tenantId}/oauth2/v2.0/devicecode`, {
      method: 'POST',
      body,
    })
    return (await response.json()) as { user_code: string; device_code: string; verification_uri: string }
  }
  const poll = (code: string): Promise<Response> => {
    const form: Form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: code }
    return requestToken(emulator, { ...form, client_id: nativeClientId, client_secret: undefined, scope: undefined })
  }

  test('gets the tokens of whoever types its code, signs in and confirms', async () => {
    const { user_code: code, device_code: device, verification_uri: address } = await begin()
    const browser = openBrowser(emulator)
    expect((await browser.open(new URL(address).pathname)).title).toBe('Enter the code')
    expect((await browser.submit({ code: 'WRONG1234' })).text).toContain('AADSTS70018')
    expect((await browser.submit({ code: ` ${code.toLowerCase()} ` })).title).toBe('Sign in')
    expect((await password(browser)).title).toBe('Sign in to tool?')
    expect((await refusalOf(await poll(device))).error).toBe('authorization_pending')
    expect((await browser.submit({ action: 'confirm' })).title).toBe('You are signed in')
    const answer = await tokensOf(poll(device))
    expect(decodeJwt(answer.access_token)).toMatchObject({ upn: ada.username, amr: ['pwd'] })
  })

  test('is told when the person says no', async () => {
    const { user_code: code, device_code: device } = await begin()
    const browser = await signedIn(adaToo)
    await browser.open('/devicelogin')
    expect((await browser.submit({ code })).title).toBe('Sign in to tool?')
    expect((await browser.submit({ action: 'cancel' })).title).toBe('Not signed in')
    expect((await refusalOf(await poll(device))).error).toBe('authorization_declined')
  })
})

describe('signing out', () => {
  const logout = (changes: Record<string, string> = {}): string =>
    `/${tenantId}/oauth2/v2.0/logout?${new URLSearchParams(changes)}`

  test('ends the session of the only account, and leads back to the app with its state', async () => {
    const browser = await signedIn(adaToo)
    expect((await browser.open(logout())).title).toBe('You are signed out')
    expect((await browser.open(authorizePath())).title).toBe('Sign in')
    const again = await signedIn(adaToo)
    const back = await again.open(logout({ post_logout_redirect_uri: redirectUri, state: 'x y' }))
    expect(back.location?.href).toBe(`${redirectUri}?state=x%20y`)
  })

  test('asks which of several, unless it is told', async () => {
    const browser = await signedIn(adaToo, charlesToo)
    expect((await browser.open(logout())).title).toBe('Sign out of which account?')
    expect((await browser.submit({ account: ada.objectId })).text).toContain('ada@contoso.example is signed out.')
    const back = await browser.open(authorizePath({ client_info: '1' }))
    const info = Buffer.from(back.location?.searchParams.get('client_info') ?? '', 'base64url').toString()
    expect(info).toContain('bab0')
    const hinted = await signedIn(adaToo, charlesToo)
    expect((await hinted.open(logout({ logout_hint: charles }))).text).toContain(`${charles} is signed out.`)
    const all = await signedIn(adaToo, charlesToo)
    await all.open(logout())
    await all.submit({ account: 'all' })
    expect((await all.open(authorizePath())).title).toBe('Sign in')
  })

  test('leads nowhere that no app registered', async () => {
    const browser = await signedIn(adaToo)
    const shown = await browser.open(logout({ post_logout_redirect_uri: 'https://evil.example/' }))
    expect([shown.status, shown.location]).toEqual([200, undefined])
    expect(shown.html).not.toContain('evil')
  })
})

describe('a form', () => {
  test.for<[string, Record<string, string>]>([
    ['of another origin', { origin: 'https://evil.example' }],
    ['of no origin that can be told', { origin: 'null' }],
    ['of another port', { origin: 'https://localhost:1' }],
    ['that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['of another port, as the browser sees it', { 'sec-fetch-site': 'same-site' }],
  ])('%s is refused', async ([, headers]) => {
    const browser = openBrowser(emulator)
    await browser.open(authorizePath())
    const sent = { username: ada.username, password: 'enchantress', action: 'password' }
    const shown = await browser.submit(sent, headers)
    expect([shown.status, shown.location]).toEqual([403, undefined])
    expect(shown.text).toContain('AADSTS165000')
  })

  test('of another browser, of none, of another page, changed, or older than an hour is refused', async () => {
    const mine = openBrowser(emulator)
    await mine.open(authorizePath())
    const form = mine.at?.fields.form ?? ''
    const sent = { username: ada.username, password: 'enchantress', action: 'password' }
    const send = async (value: string, cookie: string): Promise<string> => {
      const browser = openBrowser(emulator)
      browser.cookie = cookie
      const body = new URLSearchParams({ ...sent, form: value })
      return (await browser.open('/common/login', { method: 'POST', body })).text
    }
    const theirs = openBrowser(emulator)
    await theirs.open(authorizePath())
    expect(await send(form, theirs.cookie)).toContain('AADSTS165000')
    expect(await send(form, '')).toContain('AADSTS165000')
    expect(await send(`${form.slice(0, -2)}AA`, mine.cookie)).toContain('AADSTS165000')
    expect(await send(mine.cookie.split('=')[1] ?? '', mine.cookie)).toContain('AADSTS165000')
    const devices = openBrowser(emulator)
    devices.cookie = mine.cookie
    await devices.open('/devicelogin')
    expect(await send(devices.at?.fields.form ?? '', mine.cookie)).toContain('AADSTS165000')
    emulator.clock.advance(60 * 60_000)
    expect(await send(form, mine.cookie)).toContain('AADSTS50089')
  })

  test('of the page itself is taken, with and without what browsers say of it', async () => {
    const browser = openBrowser(emulator)
    await browser.open(authorizePath())
    const sent = { username: ada.username, password: 'enchantress', action: 'password' }
    const headers = { origin: emulator.url, 'sec-fetch-site': 'same-origin' }
    expect(hasCode(await browser.submit(sent, headers))).toBe(true)
  })
})

describe('every page', () => {
  test('has a policy without inline code, can’t be framed, and its cookie is out of reach of scripts', async () => {
    const shown = await openBrowser(emulator).open(authorizePath())
    const policy = shown.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(policy).not.toContain('unsafe-inline')
    expect(shown.headers.get('set-cookie')).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
    expect(shown.headers.get('cache-control')).toContain('no-store')
    const plain = await openBrowser(emulator, emulator.httpUrl).open(authorizePath())
    expect(plain.headers.get('set-cookie')).toMatch(/; SameSite=Lax$/)
  })

  test('has an icon, which its policy lets the browser show', async () => {
    const shown = await openBrowser(emulator).open(authorizePath())
    const [, icon = ''] = /<link rel="icon" href="data:image\/svg\+xml,([^"]+)"/.exec(shown.html) ?? []
    expect(decodeURIComponent(icon)).toMatch(/^<svg .*<\/svg>$/)
    expect(shown.headers.get('content-security-policy')).toContain('img-src data:')
  })

  test('shows what it was given as text', async () => {
    const evil = `"><script>alert(1)</script>`
    const browser = openBrowser(emulator)
    const html: string[] = []
    for (const changes of [{ login_hint: evil }, { redirect_uri: evil }, { client_id: evil }]) {
      html.push((await browser.open(authorizePath(changes))).html)
    }
    html.push((await browser.open(authorizePath({}, `x${evil}`.replaceAll('/', '')))).html)
    await browser.open(authorizePath())
    html.push((await password(browser, evil, 'x')).html)
    html.push((await browser.open(`/devicelogin?otc=${encodeURIComponent(evil)}`)).html)
    await browser.open(authorizePath({ response_mode: 'form_post', state: evil }))
    const posted = await password(browser)
    html.push(posted.html)
    expect(posted.fields.state).toBe(evil)
    const scoped = { prompt: 'consent', scope: 'api://x/<script>alert(1)</script>' }
    html.push((await browser.open(authorizePath(scoped))).html)
    for (const each of html) expect(each).not.toContain('<script>alert')
    expect(clientId).toBeTypeOf('string')
  })
})
