import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.ts'
import { authorizePath, contosoSignsIn, redirectUri } from './authorize-request.ts'
import { type Browser, openBrowser, type Shown } from './browser.ts'
import { clientId, secret, start, tenantId } from './contoso.ts'
import { requestToken } from './token-request.ts'
import { ada, publicClientId, redeem, refresh, tokensOf } from './user-directory.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ directory: contosoSignsIn, now: () => start, signatures: 'quick' })
})
beforeEach(() => emulator.reset())
afterAll(() => emulator.close())

const charlesId = '00000000-0000-4000-8000-00000000bab0'

/** Sends one of the page's forms, and opens the page that follows. */
async function act(action: string, fields: Record<string, string>, browser = openBrowser(emulator)): Promise<Shown> {
  await browser.open('/')
  const sent = await browser.submit(fields, {}, action)
  return sent.location === undefined ? sent : browser.open(`${sent.location.pathname}${sent.location.search}`)
}

/** Asks for a code for a device. */
async function deviceCode(): Promise<{ user_code: string; device_code: string }> {
  const answer = await emulator.fetch(`${emulator.url}/${tenantId}/oauth2/v2.0/devicecode`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: publicClientId, scope: 'https://graph.microsoft.com/User.Read' }),
  })
  return (await answer.json()) as { user_code: string; device_code: string }
}

function poll(device: { device_code: string }): Promise<Response> {
  const grant = 'urn:ietf:params:oauth:grant-type:device_code'
  return requestToken(emulator, {
    ...{ client_id: publicClientId, client_secret: undefined, scope: undefined },
    ...{ grant_type: grant, device_code: device.device_code },
  })
}

function refreshable(): Promise<{ refresh_token?: string }> {
  const scope = 'openid offline_access https://graph.microsoft.com/User.Read'
  return tokensOf(redeem(emulator, emulator.authorizationCode({ user: ada.username, app: 'web', redirectUri, scope })))
}

describe('in the live view, a person', () => {
  test.for([
    ['throttled', 429],
    ['unavailable', 503],
  ] as const)('lets the next token request fail: %s', async ([kind, status]) => {
    const shown = await act('/live/faults', { kind, times: '1' })
    expect(shown.text).toContain(`The next token request is: ${status}`)
    expect(shown.text).toContain('1 for the next token requests')
    expect((await requestToken(emulator)).status).toBe(status)
    expect((await requestToken(emulator)).status).toBe(200)
  })

  test('lets several connections break, and ends that early', async () => {
    await act('/live/faults', { kind: 'dropped', times: '3' })
    await expect(requestToken(emulator)).rejects.toThrow(TypeError)
    const shown = await act('/live/faults', { action: 'end', times: '1' })
    expect(shown.text).toContain('No fault is waiting any more.')
    expect((await requestToken(emulator)).status).toBe(200)
  })

  test('moves the clock, by which tokens and secrets age, and back', async () => {
    const shown = await act('/live/clock', { amount: '2', unit: 'days', action: 'forward' })
    expect(shown.text).toContain('moved forward by 2 days')
    expect(shown.text).toContain('2 days after the real time')
    expect((await requestToken(emulator, { client_secret: 'short-lived' })).status).toBe(401)
    await act('/live/clock', { amount: '2', unit: 'days', action: 'back' })
    expect((await requestToken(emulator, { client_secret: 'short-lived' })).status).toBe(200)
    await act('/live/clock', { amount: '5', unit: 'hours', action: 'forward' })
    expect((await act('/live/clock', { amount: '1', action: 'reset' })).text).toContain('the real time')
    expect(emulator.clock.now()).toBe(start)
  })

  test('signs the browser in as a user, so that the app asks for neither password nor second factor', async () => {
    const browser = openBrowser(emulator)
    const shown = await act('/live/sign-ins', { user: charlesId, app: clientId }, browser)
    expect(shown.text).toContain('This browser is signed in as charles@contoso.example.')
    expect(shown.html).toContain(`href="${redirectUri}"`)
    const back = await browser.open(authorizePath({ claims: '{"id_token":{"amr":{"values":["mfa"]}}}' }))
    expect(back.location?.searchParams.get('code')).toMatch(/^1\.AC/)
  })

  test('revokes the sessions of a user, and of everyone', async () => {
    const first = await refreshable()
    expect((await act('/live/revocations', { user: charlesId })).text).toContain('charles@contoso.example')
    expect((await refresh(emulator, first.refresh_token)).status).toBe(200)
    expect((await act('/live/revocations', { user: ada.objectId })).text).toContain('sessions of Ada Lovelace')
    expect((await refresh(emulator, first.refresh_token)).status).toBe(400)
    const second = await refreshable()
    await act('/live/revocations', { user: '' })
    expect((await refresh(emulator, second.refresh_token)).status).toBe(400)
  })

  test('approves a device’s code, which the page has found waiting', async () => {
    const device = await deviceCode()
    expect((await poll(device)).status).toBe(400)
    const before = await openBrowser(emulator).open('/')
    expect(before.text).toContain(`${device.user_code} tool`)
    expect(before.forms.find(({ action }) => action === '/live/device-codes')?.fields.code).toBe(device.user_code)
    const shown = await act('/live/device-codes', { code: device.user_code, user: ada.objectId, action: 'approve' })
    expect(shown.text).toContain('tool is signed in as Ada Lovelace')
    emulator.clock.advance(10_000)
    expect((await poll(device)).status).toBe(200)
  })

  test('declines a device’s code', async () => {
    const device = await deviceCode()
    await act('/live/device-codes', { code: device.user_code, action: 'decline' })
    expect(await (await poll(device)).json()).toMatchObject({ error: 'authorization_declined' })
  })

  test('clears the list, and sees later requests', async () => {
    await requestToken(emulator)
    const browser = openBrowser(emulator)
    expect((await browser.open('/')).html).toContain('<li class="request"')
    expect((await act('/live/clear', {}, browser)).html).not.toContain('<li class="request"')
    await requestToken(emulator)
    expect((await browser.open('/')).html.match(/<li class="request"/g)).toHaveLength(1)
  })

  test.for([
    ['env', `export AZURE_CLIENT_ID=${clientId}`],
    ['dotenv', `AZURE_CLIENT_ID=${clientId}`],
    ['powershell', `$env:AZURE_CLIENT_ID = '${clientId}'`],
    ['csharp', `Environment.SetEnvironmentVariable("AZURE_CLIENT_ID", "${clientId}");`],
    ['python', `os.environ["AZURE_CLIENT_ID"] = "${clientId}"`],
    ['csharp', 'SSL_CERT_FILE=/'],
    ['python', 'os.environ["REQUESTS_CA_BUNDLE"] = "/'],
  ])(
    'reads an app’s variables, written for %s, with its secret only when that is asked for',
    async ([format, line]) => {
      const fields = { app: clientId, format: format ?? '' }
      const shown = await act('/live/variables', fields)
      expect(shown.text).toContain(line)
      expect(shown.text).not.toContain(secret)
      expect((await act('/live/variables', { ...fields, secret: 'shown' })).text).toContain(secret)
    },
  )

  test.for<[string, Record<string, string>, string]>([
    ['/live/faults', { kind: 'constructor', times: '1' }, 'Choose a fault.'],
    ['/live/faults', { kind: 'slow', times: '101' }, 'Enter a whole number from 1 to 100.'],
    ['/live/clock', { amount: '1e9', unit: 'days', action: 'forward' }, 'Enter a whole number from 1 to 1000.'],
    ['/live/clock', { amount: '1', unit: 'toString', action: 'forward' }, 'Choose minutes, hours or days.'],
    ['/live/sign-ins', { user: 'nobody', app: clientId }, 'Choose a user.'],
    ['/live/sign-ins', { user: ada.objectId, app: 'nothing' }, 'Choose an app.'],
    ['/live/revocations', { user: 'nobody' }, 'Choose a user.'],
    ['/live/device-codes', { code: 'NONE', user: ada.objectId }, 'No device is waiting with this code.'],
    ['/live/variables', { app: 'nothing' }, 'Choose an app.'],
  ])('is told what is wrong with what they entered: %s %o', async ([action, fields, message]) => {
    const shown = await act(action, fields)
    expect(shown.status).toBe(400)
    expect(shown.text).toContain(message)
    expect(emulator.faults.pending).toBe(0)
    expect(emulator.clock.now()).toBe(start)
  })
})

/** Every action, with fields that it takes. */
const actions: readonly [action: string, fields: Record<string, string>][] = [
  ['/live/clear', {}],
  ['/live/variables', { app: clientId, secret: 'shown' }],
  ['/live/sign-ins', { user: ada.objectId, app: clientId }],
  ['/live/device-codes', { code: 'SET BELOW', user: ada.objectId, action: 'approve' }],
  ['/live/faults', { kind: 'dropped', times: '1' }],
  ['/live/clock', { amount: '1', unit: 'hours', action: 'forward' }],
  ['/live/revocations', { user: '' }],
  ['/live/users', { username: 'linus@contoso.example', password: 'pw', tenantId }],
]

describe.for(actions)('%s is done', ([action, given]) => {
  /** The form as the page has it, filled in. */
  async function filledIn(browser: Browser): Promise<Record<string, string>> {
    const device = action === '/live/device-codes' ? { code: (await deviceCode()).user_code } : {}
    const page = await browser.open('/')
    return { ...page.forms.find((form) => form.action === action)?.fields, ...given, ...device }
  }
  const send = (browser: Browser, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    browser.open(action, { method: 'POST', body: new URLSearchParams(fields), headers })

  test('for the page itself', async () => {
    const browser = openBrowser(emulator)
    const shown = await send(browser, await filledIn(browser), {
      origin: emulator.url,
      'sec-fetch-site': 'same-origin',
    })
    expect(shown.status).toBeLessThan(400)
  })

  test.for<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://localhost:1' }],
    ['what hides its origin', { origin: 'null' }],
    ['what the browser calls another site', { 'sec-fetch-site': 'cross-site' }],
    ['what the browser calls the same site', { 'sec-fetch-site': 'same-site' }],
  ])('not for %s', async ([, headers]) => {
    const browser = openBrowser(emulator)
    expect((await send(browser, await filledIn(browser), headers)).status).toBe(403)
  })

  test('not without the token of its form', async () => {
    const browser = openBrowser(emulator)
    const { form: _, ...fields } = await filledIn(browser)
    expect((await send(browser, fields)).status).toBe(403)
  })

  test('not with the token of another form', async () => {
    const browser = openBrowser(emulator)
    const fields = await filledIn(browser)
    const other = browser.at?.forms.find((form) => form.action !== action)?.fields.form ?? ''
    expect((await send(browser, { ...fields, form: other })).status).toBe(403)
  })

  test('not with the token of another browser', async () => {
    const fields = await filledIn(openBrowser(emulator))
    const browser = openBrowser(emulator)
    await browser.open('/')
    expect((await send(browser, fields)).status).toBe(403)
  })

  test('not under another name, such as one that was bound to this address', async () => {
    const browser = openBrowser(emulator)
    const fields = await filledIn(browser)
    expect((await send(browser, fields, { host: 'evil.example' })).status).toBe(421)
  })

  test('not by GET', async () => {
    expect((await openBrowser(emulator).open(action)).status).toBeGreaterThanOrEqual(404)
  })
})

test('no action is done under another name of the emulator’s own', async () => {
  await using other = await startEmulator({ directory: contosoSignsIn, hosts: ['login.internal'], signatures: 'quick' })
  for (const [action, fields] of actions) {
    const body = new URLSearchParams(fields)
    const response = await other.fetch(other.url + action, {
      method: 'POST',
      body,
      headers: { host: 'login.internal' },
    })
    expect(response.status, action).toBe(404)
  }
})

test('no link can put words on the page', async () => {
  const forged = Buffer.from(JSON.stringify({ purpose: 'told', told: { text: 'Your account is locked.' } }))
  for (const told of ['Your account is locked.', forged.toString('base64url'), `F1.${forged.toString('base64url')}`]) {
    expect((await openBrowser(emulator).open(`/?${new URLSearchParams({ told })}`)).text).not.toContain('locked')
  }
})
