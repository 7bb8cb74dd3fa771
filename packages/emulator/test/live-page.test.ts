import { SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.ts'
import { codes } from '../src/refusal/codes.ts'
import { remedyOf } from '../src/refusal/remedies.ts'
import { authorizePath, contosoSignsIn, redirectUri } from './authorize-request.ts'
import { type Browser, openBrowser } from './browser.ts'
import { clientId, otherTenantId, secret, start, tenantId } from './contoso.ts'
import { requestToken } from './token-request.ts'
import { ada, exchange, publicClientId, redeem, tokensOf } from './user-directory.ts'

const host = 'login.microsoftonline.com'
let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ directory: contosoSignsIn, now: () => start, signatures: 'quick', hosts: [host] })
})
beforeEach(() => emulator.faults.clear())
afterAll(() => emulator.close())

/** The number of the last request that the page tells of. */
async function newest(): Promise<number> {
  const { html } = await openBrowser(emulator).open('/')
  return Number(/data-newest="(\d+)"/.exec(html)?.[1])
}

/** What the page tells of the requests that `work` makes. */
async function toldOf(work: () => Promise<unknown>): Promise<string> {
  const before = await newest()
  await work()
  const response = await emulator.fetch(`${emulator.url}/live/requests?after=${before}`)
  return (await response.text()).replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
}

describe('the page tells of a request', () => {
  test('with its app, its outcome and what its token says', async () => {
    const told = await toldOf(() => requestToken(emulator))
    expect(told).toContain('Token request, client_credentials, web')
    expect(told).toContain('Issued: access token')
    expect(told).toContain('"aud": "https://storage.azure.com"')
    expect(told).toContain('"alg": "RS256"')
  })

  test('with the reason of a refusal, and what to do', async () => {
    const told = await toldOf(() => requestToken(emulator, { client_secret: 'wrong-secret-of-mine' }))
    expect(told).toContain('Refused, AADSTS7000215')
    expect(told).toContain('Invalid client secret provided.')
    expect(told).toContain('Send the value of one of the app’s secrets.')
    expect(told).not.toContain('wrong-secret-of-mine')
  })

  test('with the way out for a device code of an app without public client flows, which is not a secret', async () => {
    const grant = 'urn:ietf:params:oauth:grant-type:device_code'
    const told = await toldOf(() =>
      requestToken(emulator, { grant_type: grant, device_code: 'x', client_secret: undefined }),
    )
    expect(told).toContain('Refused, AADSTS7000218')
    expect(told).toContain('Allow public client flows for the app: publicClient: true')
    expect(told).not.toContain('Send client_secret')
  })

  test('when such a device asks for its code, although that is handed out', async () => {
    const ask = (client: string) => (): Promise<Response> =>
      emulator.fetch(`${emulator.url}/${tenantId}/oauth2/v2.0/devicecode`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: client, scope: 'https://graph.microsoft.com/User.Read' }),
      })
    const told = await toldOf(ask(clientId))
    expect(told).toContain('once the person has signed in, it is refused with AADSTS7000218.')
    expect(told).toContain('Allow public client flows for the app: publicClient: true')
    expect(await toldOf(ask(publicClientId))).not.toContain('Allow public client flows')
  })

  test('of a browser too: forms, redirects and what was wrong with them', async () => {
    const told = await toldOf(async () => {
      const browser = openBrowser(emulator)
      await browser.open(authorizePath({ redirect_uri: 'https://elsewhere.example/' }))
      await browser.open(authorizePath())
      await browser.submit({ username: ada.username, password: 'not-her-password', action: 'password' })
      await browser.submit({ username: ada.username, password: 'enchantress', action: 'password' })
    })
    expect(told).toContain('Refused, AADSTS50011')
    expect(told).toContain('Refused, AADSTS50126')
    expect(told).toContain(`Issued: code, browser sent to ${redirectUri}`)
    expect(told).not.toContain('not-her-password')
    expect(told).not.toContain('enchantress')
  })

  test('that a fault dropped, and one that a fault refused', async () => {
    const told = await toldOf(async () => {
      emulator.faults.next({ drop: true }, { aadsts: 50196 })
      await requestToken(emulator).catch(() => undefined)
      await requestToken(emulator)
    })
    expect(told).toContain('The connection was closed')
    expect(told).toContain('Refused, AADSTS50196')
  })

  test('with the token that was sent, if it is the emulator’s own', async () => {
    const assertion = await emulator.userToken({ user: ada.username, app: 'web' })
    const told = await toldOf(() => exchange(emulator, assertion))
    expect(told).toContain('sent: assertion')
    expect(told).toContain('"scp": "access_as_user"')
  })

  test('never its own looking', async () => {
    const before = emulator.requests.length
    expect(await toldOf(() => emulator.fetch(`${emulator.url}/live/live.js`))).not.toContain('<li class="request"')
    expect(emulator.requests.slice(before).map(({ path }) => path)).toEqual(['/'])
  })
})

test('every refusal of the catalogue says what to do', () => {
  expect(codes().filter((code) => remedyOf(code) === undefined)).toEqual([])
})

describe('the page never shows', () => {
  test('a token of anyone else, wherever it was sent', async () => {
    const claims = { iss: `https://sts.windows.net/${tenantId}/`, aud: 'api://x', upn: 'real-person@real.example' }
    const foreign = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32))
    const told = await toldOf(async () => {
      await exchange(emulator, foreign)
      await requestToken(emulator, { client_assertion: foreign, client_secret: undefined })
      await requestToken(emulator, { scope: foreign })
      await requestToken(emulator, { client_id: foreign })
      await requestToken(emulator, {}, { path: `/${foreign}/oauth2/v2.0/token` })
      await openBrowser(emulator).open(`/common/oauth2/v2.0/logout?id_token_hint=${foreign}`)
    })
    expect(told).toContain('not shown, because the emulator did not issue it.')
    expect(told).not.toContain('real-person')
    for (const part of foreign.split('.')) expect(told).not.toContain(part)
  })

  test('a token of the emulator’s own form that others signed', async () => {
    await using other = await startEmulator({ directory: contosoSignsIn })
    const foreign = await other.userToken({ user: ada.username, app: 'web' })
    const told = await toldOf(() => exchange(emulator, foreign))
    expect(told).toContain('not shown')
    expect(told).not.toContain('access_as_user"')
  })

  test('a whole token, a code, a refresh token, a secret or a password', async () => {
    const given: string[] = [secret, 'enchantress']
    const told = await toldOf(async () => {
      const code = emulator.authorizationCode({
        ...{ user: ada.username, app: 'web', redirectUri },
        scope: 'openid offline_access https://graph.microsoft.com/User.Read',
      })
      const answer = await tokensOf(redeem(emulator, code))
      given.push(code, answer.access_token, answer.refresh_token ?? '', answer.id_token ?? '')
      await requestToken(emulator, { scope: secret })
      await requestToken(emulator, { client_id: answer.refresh_token, client_secret: undefined })
      const browser = openBrowser(emulator)
      await browser.open(authorizePath())
      await browser.submit({ username: 'enchantress', password: 'enchantress', action: 'password' })
    })
    expect(told).toContain('Issued: access token, id token, refresh token')
    for (const each of given) expect(told).not.toContain(each.slice(0, 70))
    const page = await openBrowser(emulator).open('/')
    for (const each of given) expect(page.html).not.toContain(each.slice(0, 70))
  })

  test.for([['eyJhbGciOiJub25lIn0.e30.'], ['xyz8Q~abcdefghijklmnopqrstuvwxyz0123456'], [`0.AX${'aB3_'.repeat(30)}`]])(
    'what looks like a token or a secret of a real cloud: %s',
    async ([pasted = '']) => {
      const told = await toldOf(() => requestToken(emulator, { scope: `${pasted} and more` }))
      expect(told).toContain('[hidden] and more')
      expect(told).not.toContain(pasted.slice(0, 30))
    },
  )

  test('text as markup', async () => {
    const evil = '"><img src=x onerror=alert(1)>'
    await requestToken(emulator, { scope: evil, client_id: evil })
    emulator.addUser({ username: 'evil@contoso.example', password: 'p', displayName: evil, tenantId })
    const query = new URLSearchParams({ text: evil, app: evil, outcome: evil, told: evil })
    expect((await openBrowser(emulator).open(`/?${query}`)).html).not.toContain('<img')
  })
})

describe('a user', () => {
  const fields = { username: 'linus@contoso.example', displayName: 'Linus', password: 'pw', tenantId }
  const add = (changes: Record<string, string>, headers?: Record<string, string>, browser?: Browser) => {
    const used = browser ?? openBrowser(emulator)
    return used.open('/').then(() => used.submit({ ...fields, ...changes }, headers, '/live/users'))
  }

  test('who is added in the page can sign in at once', async () => {
    const browser = openBrowser(emulator)
    const added = await add({ secondFactor: 'required' }, { origin: emulator.url }, browser)
    expect(added.status).toBe(303)
    const shown = await browser.open(`${added.location?.pathname}${added.location?.search}`)
    expect(shown.text).toContain('Linus can sign in now, as linus@contoso.example.')
    await browser.open(authorizePath())
    const asked = await browser.submit({ username: fields.username, password: 'pw', action: 'password' })
    expect(asked.title).toBe('Prove it’s you')
  })

  test.for<[string, Record<string, string>, string]>([
    ['without a name', { username: '' }, 'username is empty. It must be a non-empty string.'],
    ['with one that is taken', { username: 'ADA@contoso.example' }, 'is taken. Choose another.'],
    ['without a password', { password: ' ' }, 'password is of type string. It must be a non-empty string.'],
    ['of no tenant', { tenantId: '33333333-3333-4333-8333-333333333333' }, 'is not a declared tenant.'],
  ])('%s is not added, and the form says why', async ([, changes, reason]) => {
    const shown = await add(changes)
    expect(shown.status).toBe(400)
    expect(shown.text).toContain(reason)
    expect(shown.forms.find(({ action }) => action === '/live/users')?.fields.displayName).toBe('Linus')
    expect(shown.html).toContain('aria-describedby="fault"')
  })

  test.for<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://localhost:1' }],
    ['what hides its origin', { origin: 'null' }],
    ['what the browser calls another site', { 'sec-fetch-site': 'cross-site' }],
  ])('is not added by %s', async ([, headers]) => {
    const shown = await add({ username: 'mallory@contoso.example' }, headers)
    expect(shown.status).toBe(403)
    expect((await openBrowser(emulator).open('/')).html).not.toContain('mallory')
  })

  test('is not added without the form of the page', async () => {
    const body = new URLSearchParams({ ...fields, username: 'mallory@contoso.example' })
    const shown = await openBrowser(emulator).open('/live/users', { method: 'POST', body })
    expect(shown.status).toBe(403)
  })

  test('can be added by a program, in a tenant of its choice', async () => {
    emulator.addUser({ username: 'new@fabrikam.example', password: 'p', tenantId: otherTenantId })
    expect(() => emulator.addUser({ username: 'new@fabrikam.example', password: 'p', tenantId })).toThrow(
      'Emulator directory: user.username "new@fabrikam.example" is taken. Choose another.',
    )
  })
})

describe('the page', () => {
  test.for([['/'], ['/live/requests'], ['/live/live.js']])(
    'is not there under another name: %s',
    async ([path = '/']) => {
      const response = await emulator.fetch(emulator.url + path, { headers: { host } })
      expect(response.status).toBe(404)
      const rebound = await emulator.fetch(emulator.url + path, { headers: { host: 'evil.example' } })
      expect(rebound.status).toBe(421)
    },
  )

  test('runs its own script alone, and is read by its own origin alone', async () => {
    const shown = await openBrowser(emulator).open('/')
    const policy = shown.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("script-src 'self'; connect-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(shown.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(shown.html.match(/<script/g)).toHaveLength(1)
    expect(shown.text).toContain(clientId)
  })
})
