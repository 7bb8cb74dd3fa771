import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDirectory } from '../src/directory/directory.ts'
import { parseDirectory } from '../src/directory/parse.ts'
import { type AppChanges, type Emulator, startEmulator } from '../src/index.ts'
import {
  authorizePath,
  challenge,
  clientId,
  contosoSignsIn,
  everywhereClientId,
  nativeClientId,
  redirectUri,
  spaClientId,
  spaRedirect,
  state,
  tenantId,
  verifier,
} from './authorize-request.ts'
import { type Browser, openBrowser, type Shown } from './browser.ts'
import { otherTenantId, start } from './contoso.ts'
import { type Form, refusalOf, requestToken } from './token-request.ts'
import { ada, redeem, refresh, tokensOf } from './user-directory.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ directory: contosoSignsIn, now: () => start, signatures: 'quick' })
})
afterAll(() => emulator.close())

/** Signs ada in, in a browser of her own, and gives where it was sent. */
async function signIn(changes: Form = {}, tenant?: string, browser: Browser = openBrowser(emulator)): Promise<Shown> {
  await browser.open(authorizePath(changes, tenant))
  return browser.submit({ username: ada.username, password: 'enchantress', action: 'password' })
}

const answerIn = (shown: Shown): Record<string, string> => Object.fromEntries(shown.location?.searchParams ?? [])

describe('a user who signs in', () => {
  test('goes back to the app with a code, the state as it was, and the session’s state', async () => {
    const back = await signIn()
    expect(back.status).toBe(302)
    expect(back.location?.href).toMatch(/^http:\/\/localhost:8400\/\?code=1\.AC/)
    const { code = '', ...rest } = answerIn(back)
    expect(rest).toEqual({ session_state: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, state })
    const answer = await tokensOf(redeem(emulator, code))
    expect(decodeJwt(answer.access_token)).toMatchObject({ upn: ada.username, amr: ['pwd'], appidacr: '1' })
    expect(answer.refresh_token).toBeTypeOf('string')
  })

  test('is told to the app by client_info and by the nonce in the id token', async () => {
    const { code = '', client_info: info = '' } = answerIn(await signIn({ client_info: '1', nonce: 'n-1' }))
    expect(JSON.parse(Buffer.from(info, 'base64url').toString())).toEqual({ uid: ada.objectId, utid: tenantId })
    const answer = await tokensOf(redeem(emulator, code))
    expect(decodeJwt(answer.id_token ?? '')).toMatchObject({ nonce: 'n-1', preferred_username: ada.username })
  })

  test('goes back by a form, if the app asked for it', async () => {
    const back = await signIn({ response_mode: 'form_post' })
    expect(back.status).toBe(200)
    expect(back.action).toBe(redirectUri)
    expect(back.fields).toMatchObject({ code: expect.stringMatching(/^1\.AC/) as string, state })
    expect(back.headers.get('content-security-policy')).toMatch(
      /script-src 'sha256-[\w+/=]+'; .*form-action 'self' http:\/\/localhost:8400 /,
    )
    await tokensOf(redeem(emulator, back.fields.code ?? ''))
  })

  test('goes back by the fragment, if the app asked for it', async () => {
    const back = await signIn({ response_mode: 'fragment' })
    const fragment = new URLSearchParams(back.location?.hash.slice(1))
    expect(fragment.get('state')).toBe(state)
    expect(back.location?.search).toBe('')
    await tokensOf(redeem(emulator, fragment.get('code') ?? ''))
  })

  test('can be of any tenant where the address is shared by all', async () => {
    const changes = { client_id: everywhereClientId }
    emulator.updateApp('everywhere', { redirectUris: ['http://localhost:8400/?keep=1'] })
    const back = await signIn({ ...changes, redirect_uri: 'http://localhost:8400/?keep=1' }, 'organizations')
    expect(back.location?.href).toMatch(/\/\?keep=1&code=/)
  })

  test('gives a page tokens by id token and code at once, if it may have them', async () => {
    const asked = { client_id: spaClientId, redirect_uri: spaRedirect, response_type: 'code id_token', nonce: 'n' }
    const back = await signIn({ ...asked, ...challenge })
    const fragment = new URLSearchParams(back.location?.hash.slice(1))
    expect(decodeJwt(fragment.get('id_token') ?? '')).toMatchObject({
      aud: spaClientId,
      nonce: 'n',
      c_hash: expect.any(String) as string,
    })
  })

  test('is the same by POST, and by v1 with a resource', async () => {
    const [path = '', query = ''] = authorizePath().split('?')
    const browser = openBrowser(emulator)
    const sent = await browser.open(path, { method: 'POST', body: new URLSearchParams(query) })
    expect(sent.status).toBe(303)
    const back = await browser.open(`${sent.location?.pathname}${sent.location?.search}`)
    expect(back.title).toBe('Sign in')
    const v1 = authorizePath({ scope: undefined, resource: 'https://vault.azure.net' }).replace('/v2.0', '')
    await browser.open(v1)
    const { code = '' } = answerIn(
      await browser.submit({ username: ada.username, password: 'enchantress', action: 'password' }),
    )
    const answer = await tokensOf(redeem(emulator, code))
    expect(decodeJwt(answer.access_token).aud).toBe('https://vault.azure.net')
  })
})

describe('a request whose app or address is wrong', () => {
  test.for<[string, Form, number, string?]>([
    ['by a redirect URI that is not registered', { redirect_uri: 'https://evil.example/' }, 50011],
    ['by one that is longer than a registered one', { redirect_uri: `${redirectUri}more` }, 50011],
    ['by one with another host', { redirect_uri: 'http://localhost.evil.example:8400/' }, 50011],
    ['by one with a user', { redirect_uri: 'http://localhost:8400@evil.example/' }, 50011],
    ['by no redirect URI', { redirect_uri: undefined }, 900144],
    ['by an app without any', { client_id: '00000000-1111-4111-8111-000000000000', redirect_uri: undefined }, 500113],
    ['by an unknown app', { client_id: '99999999-9999-4999-8999-999999999998' }, 700016],
    ['by an app’s name', { client_id: 'web' }, 700016],
    ['by no app', { client_id: undefined }, 900144],
    ['by a disabled app', { client_id: 'dddddddd-dddd-4ddd-8ddd-dddddddddddd' }, 7000112],
    ['by an unknown tenant', {}, 90002, '33333333-3333-4333-8333-333333333333'],
    ['by a malformed tenant', {}, 900023, 'x'],
    ['by an app of one tenant, asked of all', {}, 50194, 'common'],
    ['by an app that is not in the tenant', {}, 700016, otherTenantId],
  ])('is refused on the page and sent nowhere: %s', async ([, changes, code, tenant]) => {
    const shown = await openBrowser(emulator).open(authorizePath(changes, tenant))
    expect(shown.status).toBe(400)
    expect(shown.location).toBeUndefined()
    expect(shown.title).toBe('You can’t be signed in')
    expect(shown.text).toContain(`AADSTS${code}:`)
  })
})

describe('a parameter that is there twice', () => {
  const query = authorizePath().split('?')[1] ?? ''
  const more = `redirect_uri=${encodeURIComponent('https://evil.example/')}`
  const post = (body: string): RequestInit => ({ method: 'POST', body: new URLSearchParams(body) })

  test.for<[string, string, RequestInit?]>([
    ['in the address', `${authorizePath()}&${more}`],
    ['in a form', authorizePath().split('?')[0] ?? '', post(`${query}&${more}`)],
    ['in the address and a form', `${authorizePath().split('?')[0]}?${more}`, post(query)],
  ])('%s is refused on the page', async ([, path, init]) => {
    const browser = openBrowser(emulator)
    const first = await browser.open(path, init)
    const shown = first.location ? await browser.open(first.location.pathname + first.location.search) : first
    expect(shown.status).toBe(400)
    expect(shown.text).toContain(
      "AADSTS9000411: The request is not properly formatted. The parameter 'redirect_uri' is dup",
    )
  })
})

describe('any other wrong request', () => {
  test.for<[string, Form, number, string]>([
    ['no response_type', { response_type: undefined }, 900144, 'invalid_request'],
    ['an unknown one', { response_type: 'magic' }, 70005, 'unsupported_response_type'],
    ['token', { response_type: 'token' }, 700051, 'unsupported_response_type'],
    [
      'id_token, where it is not enabled',
      { response_type: 'id_token', nonce: 'n' },
      700054,
      'unsupported_response_type',
    ],
    [
      'id_token without a nonce',
      { client_id: spaClientId, redirect_uri: spaRedirect, response_type: 'id_token' },
      900144,
      'invalid_request',
    ],
    ['an unknown response_mode', { response_mode: 'pigeon' }, 70007, 'invalid_request'],
    ['no scope', { scope: undefined }, 900144, 'invalid_request'],
    ['scopes of two resources', { scope: 'https://a.example/x https://b.example/y' }, 28000, 'invalid_scope'],
    ['an unknown prompt', { prompt: 'maybe' }, 90023, 'invalid_request'],
    ['claims that are no JSON', { claims: '{' }, 9002313, 'invalid_request'],
    ['a plain challenge', { code_challenge: verifier, code_challenge_method: 'plain' }, 90023, 'invalid_request'],
    ['a challenge without its method', { code_challenge: verifier }, 90023, 'invalid_request'],
    ['a challenge that is none', { code_challenge: 'x', code_challenge_method: 'S256' }, 50147, 'invalid_request'],
    ['a page without a challenge', { client_id: spaClientId, redirect_uri: spaRedirect }, 9002325, 'invalid_request'],
  ])('is told to the app, with its state: %s', async ([, changes, code, error]) => {
    const shown = await openBrowser(emulator).open(authorizePath(changes))
    const location = shown.location ?? new URL('about:blank')
    const answer = new URLSearchParams(location.search || location.hash.slice(1))
    expect(location.origin).toMatch(/^http:\/\/localhost:/)
    expect(answer.get('error')).toBe(error)
    expect(answer.get('error_description')).toMatch(new RegExp(`^AADSTS${code}: `))
    expect(answer.get('state')).toBe(state)
    expect(answer.has('code')).toBe(false)
  })

  test('never puts an id token into a query', async () => {
    const asked = { client_id: spaClientId, redirect_uri: spaRedirect, response_type: 'id_token', nonce: 'n' }
    const shown = await openBrowser(emulator).open(authorizePath({ ...asked, response_mode: 'query' }))
    expect(shown.location?.searchParams.get('error_description')).toMatch(/^AADSTS70007: /)
  })
})

describe('redirect URIs', () => {
  test('of loopback match with any port, and are compared whole otherwise', async () => {
    emulator.updateApp('tool', { redirectUris: { publicClient: ['http://localhost', 'myapp://auth'] } })
    const open = async (uri: string): Promise<number> =>
      (await openBrowser(emulator).open(authorizePath({ client_id: nativeClientId, redirect_uri: uri }))).status
    expect(await open('http://localhost:51234')).toBe(200)
    expect(await open('http://localhost:51234/')).toBe(200)
    expect(await open('myapp://auth')).toBe(200)
    expect(await open('http://localhost:51234/other')).toBe(400)
    expect(await open('https://localhost:51234')).toBe(400)
    expect(await open('http://127.0.0.1:51234')).toBe(400)
    expect(await open('myapp://auth/x')).toBe(400)
  })

  test.for([
    ['x'],
    ['javascript:alert(1)'],
    ['https://a.example/#f'],
    ['https://a.example/\n'],
    ["https://a.example/';"],
  ])('that can’t be one are refused when they are declared: %s', ([uri = '']) => {
    expect(() => emulator.updateApp('nowhere', { redirectUris: { web: [uri] } })).toThrow(TypeError)
  })
})

describe('a declaration', () => {
  test.for<[string, AppChanges, string]>([
    [
      'of platforms that is none',
      { redirectUris: 'x' as never },
      'redirectUris is of type string. It must be an object.',
    ],
    [
      'of an unknown platform',
      { redirectUris: { ios: [] } as never },
      'redirectUris has no field "ios". Its fields are: web, spa, publicClient.',
    ],
    [
      'of a platform that is no list',
      { redirectUris: { spa: spaRedirect } as never },
      'redirectUris.spa is of type string. It must be an array.',
    ],
    [
      'with a fragment',
      { redirectUris: { spa: ['https://a.example/#f'] } },
      'redirectUris.spa[0] has a fragment. Remove what follows the #.',
    ],
    [
      'of idTokens that is no flag',
      { idTokens: 'yes' as never },
      'idTokens is of type string. It must be true or false.',
    ],
  ])('%s is refused, with its place and the remedy', ([, changes, message]) => {
    expect(() => emulator.updateApp('nowhere', changes)).toThrow(message)
  })

  test('of a list is for public clients where the app is one', async () => {
    const app = { name: 'a', clientId: nativeClientId, tenantId, redirectUris: ['http://localhost'] }
    const platformOf = (publicClient: boolean): string | undefined =>
      createDirectory(parseDirectory({ tenants: [{ id: tenantId }], apps: [{ ...app, publicClient }] })).app('a')
        ?.redirectUris[0]?.platform
    expect([platformOf(true), platformOf(false)]).toEqual(['publicClient', 'web'])
  })
})

describe('what a page may redeem', () => {
  const asked = { client_id: spaClientId, redirect_uri: spaRedirect, ...challenge }
  const form = { client_id: spaClientId, client_secret: undefined, redirect_uri: spaRedirect, code_verifier: verifier }
  const headers = { origin: 'http://localhost:3000' }

  test('is told with leave to read it, ends after a day, and is refused without its origin', async () => {
    const { code = '' } = answerIn(await signIn(asked))
    const redeemed = { ...form, grant_type: 'authorization_code', code, scope: undefined }
    expect((await refusalOf(await requestToken(emulator, redeemed))).error_codes).toEqual([9002327])
    const elsewhere = await requestToken(emulator, redeemed, { headers: { origin: 'https://shop.example' } })
    expect((await refusalOf(elsewhere)).error_codes).toEqual([9002326])
    const response = await requestToken(emulator, redeemed, { headers })
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
    const answer = (await response.json()) as { refresh_token: string; refresh_token_expires_in: number }
    expect(answer.refresh_token_expires_in).toBe(86_400)
    const again = { client_id: spaClientId, client_secret: undefined }
    const stolen = await refresh(emulator, answer.refresh_token, again)
    expect((await refusalOf(stolen)).error_codes).toEqual([9002327])
    const renew = (token: string): Promise<Response> =>
      requestToken(
        emulator,
        { ...again, grant_type: 'refresh_token', refresh_token: token, scope: undefined },
        { headers },
      )
    const renewed = await tokensOf(renew(answer.refresh_token))
    emulator.clock.advance(24 * 60 * 60_000)
    expect((await refusalOf(await renew(renewed.refresh_token ?? ''))).error_codes).toEqual([700084])
    emulator.clock.set(start)
  })

  test('is refused without PKCE, also where no page asked for the code', async () => {
    const options = { user: ada.username, app: 'page', redirectUri: spaRedirect, scope: 'openid' }
    const code = emulator.authorizationCode(options)
    const redeemed = { ...form, grant_type: 'authorization_code', code, scope: undefined }
    const refused = await refusalOf(await requestToken(emulator, redeemed, { headers }))
    expect(refused.error_codes).toEqual([9002325])
  })

  test('is nobody else’s to redeem from a page', async () => {
    const { code = '' } = answerIn(await signIn())
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, scope: undefined }
    const response = await requestToken(emulator, form, { headers: { origin: 'https://shop.example' } })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect((await refusalOf(response)).error_codes).toEqual([9002326])
  })

  test('is asked about beforehand by browsers', async () => {
    const path = `${emulator.url}/${tenantId}/oauth2/v2.0/token`
    const ask = (origin: string): Promise<Response> => emulator.fetch(path, { method: 'OPTIONS', headers: { origin } })
    const allowed = await ask('http://localhost:3000')
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, 'http://localhost:3000'])
    const refused = await ask('https://evil.example')
    expect(refused.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('is never an app’s own token: the answer to client_credentials cannot be read', async () => {
    const response = await requestToken(emulator, { grant_type: 'client_credentials' }, { headers })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('metadata is for pages of every origin, and nothing else is', async () => {
    const of = async (path: string): Promise<string | null> => {
      const response = await emulator.fetch(emulator.url + path, { headers: { origin: 'https://evil.example' } })
      return response.headers.get('access-control-allow-origin')
    }
    expect(await of(`/${tenantId}/v2.0/.well-known/openid-configuration`)).toBe('*')
    expect(await of(`/${tenantId}/discovery/v2.0/keys`)).toBe('*')
    expect(await of('/')).toBeNull()
    expect(await of(authorizePath())).toBeNull()
  })
})

test.for<[string, Record<string, unknown>]>([
  ['userrealm/ada@contoso.example?api-version=1.0', { account_type: 'Managed', domain_name: 'contoso.example' }],
  ['userrealm/x@CONTOSO.onmicrosoft.com?api-version=1.0', { account_type: 'Managed' }],
  ['userrealm/?user=x@fabrikam.example&api-version=2.1', { NameSpaceType: 'Managed', Login: 'x@fabrikam.example' }],
  ['userrealm/x@elsewhere.example', { account_type: 'Unknown' }],
  ['userrealm/x', { account_type: 'Unknown' }],
])('the home realm is told by the domain of a user: %s', async ([path, realm]) => {
  const response = await emulator.fetch(`${emulator.url}/common/${path}`)
  expect(await response.json()).toMatchObject(realm)
})

test('a code of the page is bound to its app, its address and its verifier, and works once', async () => {
  const { code = '' } = answerIn(await signIn(challenge))
  const codes = async (changes: Form): Promise<number[]> =>
    (await refusalOf(await redeem(emulator, code, changes))).error_codes
  expect(await codes({})).toEqual([50148])
  expect(await codes({ code_verifier: 'x'.repeat(43) })).toEqual([501481])
  expect(await codes({ code_verifier: verifier, client_id: everywhereClientId })).toEqual([50011])
  expect(await codes({ code_verifier: verifier, redirect_uri: 'http://localhost:8401/' })).toEqual([500112])
  await tokensOf(redeem(emulator, code, { code_verifier: verifier }))
  expect(await codes({ code_verifier: verifier })).toEqual([54005])
  expect(clientId).not.toBe(everywhereClientId)
})
