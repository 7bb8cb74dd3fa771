import { inspect } from 'node:util'
import {
  AuthenticationError,
  AuthenticationRequiredError,
  CredentialUnavailableError,
  DefaultAzureCredential,
  InteractiveBrowserCredential,
  type InteractiveBrowserCredentialNodeOptions,
  type TransportInit,
} from 'entrada'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Browser, openBrowser as browserOf } from '../../../emulator/test/browser.ts'
import { password } from '../app.ts'
import {
  codeFor,
  grace,
  grantsOf,
  objectIdOf,
  parametersOf,
  post,
  publicClientId,
  signInAt,
  tenantId,
} from '../sign-in/person.ts'
import { withoutMachine } from '../without-machine.ts'
import { createWorld, failure, scope, until, user, type World } from '../world.ts'
import { thrown } from './thrown.ts'

const otherScope = 'https://vault.azure.net/.default'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
beforeEach(() => world.reset())
afterAll(() => world.close())

/** A credential whose browser is a function: somebody who signs in at once, unless another is given. */
function inBrowser(
  options: InteractiveBrowserCredentialNodeOptions = {},
  browse: (url: string) => unknown = (url) => signInAt(url, world.emulator),
) {
  const opened: string[] = []
  const credential = new InteractiveBrowserCredential({
    ...world.options(),
    tenantId,
    openBrowser(url) {
      opened.push(url)
      return browse(url)
    },
    ...options,
  })
  return Object.assign(credential, { opened })
}

/** Whether anything answers at the redirect URI of a sign-in. */
async function isListening(url: string): Promise<boolean> {
  return fetch(parametersOf(url).redirect_uri ?? '').then(
    () => true,
    () => false,
  )
}

describe('the sign-in', () => {
  test('asks for a code with PKCE S256, state and nonce, to be posted to loopback, and redeems it with the verifier', async () => {
    await using credential = inBrowser()
    expect(objectIdOf((await credential.getToken(scope)).token)).toBe(user.objectId)
    const url = new URL(credential.opened[0] ?? '')
    expect(url.origin + url.pathname).toBe(`${world.emulator.url}/${tenantId}/oauth2/v2.0/authorize`)
    const { state, nonce, code_challenge, redirect_uri, ...rest } = parametersOf(url.href)
    expect(rest).toEqual({
      client_id: publicClientId,
      response_type: 'code',
      response_mode: 'form_post',
      scope: `${scope} openid profile offline_access`,
      code_challenge_method: 'S256',
      client_info: '1',
      prompt: 'select_account',
    })
    for (const value of [state, nonce, code_challenge]) expect(value).toMatch(/^[\w-]{43}$/)
    expect(redirect_uri).toMatch(/^http:\/\/localhost:\d{4,5}$/)
    const [redeemed] = world.emulator.requests
    expect(redeemed?.form).toMatchObject({ grant_type: 'authorization_code', redirect_uri })
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(redeemed?.form.code_verifier))
    expect(Buffer.from(digest).toString('base64url')).toBe(code_challenge)
  })

  test('uses each state, nonce and verifier once', async () => {
    const seen = new Set<string>()
    for (let time = 0; time < 2; time++) {
      await using credential = inBrowser()
      await credential.getToken(scope)
      const { state = '', nonce = '', code_challenge = '' } = parametersOf(credential.opened[0] ?? '')
      for (const value of [state, nonce, code_challenge]) seen.add(value)
    }
    expect(seen.size).toBe(6)
  })

  test('goes through the pages of the emulator, as a person would', async () => {
    let browser: Browser | undefined
    let last: Response | undefined
    const browse = async (url: string) => {
      browser = browserOf(world.emulator)
      await browser.open(url)
      const shown = await browser.submit({ username: user.username, password, action: 'password' })
      last = await post(url, shown.fields, { headers: { origin: 'null' } })
      expect(shown.action).toBe(parametersOf(url).redirect_uri)
    }
    await using credential = inBrowser({}, browse)
    expect((await credential.authenticate(scope)).username).toBe(user.username)
    await until(() => last !== undefined)
    expect(last?.status).toBe(200)
  })

  test('opens one window however many callers wait, whatever they ask for; the others use its refresh token', async () => {
    await using credential = inBrowser()
    const scopes = [scope, otherScope, 'https://a.example/.default', scope]
    await Promise.all([...scopes.map((asked) => credential.getToken(asked)), credential.authenticate(scope)])
    expect(credential.opened).toHaveLength(1)
    expect(grantsOf(world)).toEqual(['authorization_code', 'refresh_token', 'refresh_token'])
  })

  test.each<[object, string | undefined, string | undefined]>([
    [{ loginHint: 'ada@contoso.example' }, 'login', 'ada@contoso.example'],
    [{ loginHint: 'ada&prompt=none#', prompt: 'consent' }, 'consent', 'ada&prompt=none#'],
    [{ prompt: 'login' }, 'login', undefined],
  ])('%j is taken to the authority', async (options, prompt, loginHint) => {
    await using credential = inBrowser(options)
    await credential.getToken(scope)
    expect(parametersOf(credential.opened[0] ?? '')).toMatchObject({
      prompt,
      ...(loginHint && { login_hint: loginHint }),
    })
  })

  test('takes a challenge to the person who is known, without asking which account', async () => {
    await using credential = inBrowser()
    await credential.getToken(scope)
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    world.emulator.faults.next({ aadsts: 50076, claims })
    await credential.getToken(otherScope, { enableCae: true })
    const { prompt, login_hint, claims: asked = '{}' } = parametersOf(credential.opened[1] ?? '')
    expect([prompt, login_hint]).toEqual([undefined, user.username])
    expect(JSON.parse(asked).access_token).toMatchObject({ acrs: { value: 'c1' }, xms_cc: { values: ['cp1'] } })
  })

  test('of another person than the record’s is refused, and the browser says so', async () => {
    let page: Response | undefined
    const browse = async (url: string) => {
      page = await signInAt(url, world.emulator, grace)
    }
    await using first = inBrowser()
    const authenticationRecord = await first.authenticate(scope)
    await using credential = inBrowser({ authenticationRecord }, browse)
    expect((await failure(credential.getToken(scope))).message).toContain(`${grace.username} signed in`)
    await until(() => page !== undefined)
    expect(page?.status).toBe(400)
    expect(parametersOf(credential.opened[0] ?? '').login_hint).toBe(user.username)
  })

  test('gets an error when automatic authentication is disabled; authenticate() opens the window', async () => {
    await using credential = inBrowser({ disableAutomaticAuthentication: true })
    const error = (await failure(credential.getToken(scope))) as AuthenticationRequiredError
    expect(error).toBeInstanceOf(AuthenticationRequiredError)
    expect(credential.opened).toEqual([])
    await credential.authenticate(error.scopes)
    expect((await credential.getToken(scope)).token).toBeTruthy()
    expect(credential.opened).toHaveLength(1)
  })
})

describe('the redirect URI', () => {
  test('may have a port and a path of its own', async () => {
    await using probe = inBrowser()
    await probe.getToken(scope)
    const { port } = new URL(parametersOf(probe.opened[0] ?? '').redirect_uri ?? '')
    world.emulator.updateApp('app', {
      publicClient: true,
      redirectUris: { publicClient: ['http://localhost/back', 'http://127.0.0.1/back'] },
    })
    for (const redirectUri of [`http://localhost:${port}/back`, () => 'http://127.0.0.1/back']) {
      await using credential = inBrowser({ clientId: '33333333-3333-4333-8333-333333333333', redirectUri })
      await credential.getToken(scope)
      const used = parametersOf(credential.opened[0] ?? '').redirect_uri
      expect(used).toMatch(typeof redirectUri === 'string' ? redirectUri : /^http:\/\/127\.0\.0\.1:\d+\/back$/)
    }
    world.emulator.updateApp('app', { publicClient: false, redirectUris: [] })
  })

  test('whose port is taken makes the credential unavailable, and says where', async () => {
    const { createServer } = await import('node:http')
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    try {
      await using credential = inBrowser({ redirectUri: `http://localhost:${port}` })
      const error = await failure(credential.getToken(scope))
      expect(error).toBeInstanceOf(CredentialUnavailableError)
      expect(error.message).toBe(
        `InteractiveBrowserCredential: cannot listen on 127.0.0.1, port ${port} for the sign-in response (EADDRINUSE). Free the port, or use another redirectUri.`,
      )
      expect(credential.opened).toEqual([])
    } finally {
      other.close()
    }
  })

  test.each([
    ['https://localhost:8400', /is not http on loopback/],
    ['http://app.example/back', /is not http on loopback/],
    ['http://localhost.evil.example:8400', /is not http on loopback/],
    ['http://user:pass@localhost:8400', /has a user name in it/],
    ['http://localhost:8400/?a=b', /is not http on loopback/],
    ['http://localhost:8400/#x', /is not http on loopback/],
    ['file:///etc/passwd', /is not http on loopback/],
    ['localhost', /is not (?:a URL|http on loopback)/],
    [5, /is not a URL/],
  ])('%s is refused before any I/O', (redirectUri, reason) => {
    const error = thrown(() => new InteractiveBrowserCredential({ redirectUri: redirectUri as string }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(/^InteractiveBrowserCredential: options\.redirectUri /)
    expect(error.message).toMatch(reason)
    expect(error.message).not.toContain('pass@')
  })
})

test.each<[string, object, RegExp]>([
  ['a prompt that is none', { prompt: 'always' }, /prompt must be one of login, select_account/],
  ['a hint with a line break', { loginHint: 'a\nb' }, /loginHint/],
  ['a time-out of 0', { timeoutInMs: 0 }, /timeoutInMs/],
  ['an opener that is a text', { openBrowser: 'xdg-open' }, /openBrowser must be a function/],
  ['a page that is a number', { browserCustomizationOptions: { errorMessage: 5 } }, /errorMessage must be a string/],
  ['a tenant that is a path', { tenantId: '../x' }, /tenantId/],
  ['an authority that is http', { authorityHost: 'http://login.example' }, /must use https/],
])('the constructor refuses %s', (_, options, reason) => {
  const error = thrown(() => new InteractiveBrowserCredential(options as InteractiveBrowserCredentialNodeOptions))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toMatch(reason)
})

test('brokerOptions are accepted, and an event says that they have no effect', async () => {
  await using _ = inBrowser({ brokerOptions: { enabled: true, parentWindowHandle: new Uint8Array() } })
  expect(world.events).toEqual([
    expect.objectContaining({ message: expect.stringMatching(/brokerOptions has no effect/) }),
  ])
})

test('brokerOptions that ask for no broker cause no event', async () => {
  await using _ = inBrowser({ brokerOptions: { enabled: false, parentWindowHandle: undefined } })
  expect(world.events).toEqual([])
})

describe('nothing listens any more', () => {
  test('when somebody has signed in', async () => {
    await using credential = inBrowser()
    await credential.getToken(scope)
    expect(await isListening(credential.opened[0] ?? '')).toBe(false)
  })

  test('when the code is refused', async () => {
    world.emulator.faults.next({ aadsts: 70008 })
    await using credential = inBrowser()
    expect((await failure(credential.getToken(scope))).message).toContain('AADSTS70008')
    expect(await isListening(credential.opened[0] ?? '')).toBe(false)
  })

  test('when the caller has gone, or the credential is closed', async () => {
    const credential = inBrowser({}, () => undefined)
    const aborter = new AbortController()
    const aborted = failure(credential.getToken(scope, { abortSignal: aborter.signal }))
    await until(() => credential.opened.length === 1)
    expect(await isListening(credential.opened[0] ?? '')).toBe(true)
    aborter.abort()
    expect((await aborted).name).toBe('AbortError')
    const waiting = failure(credential.getToken(scope))
    await until(() => credential.opened.length === 2)
    await credential.close()
    expect((await waiting).message).toMatch(/is closed/)
    for (const url of credential.opened) expect(await isListening(url)).toBe(false)
  })

  test('when the time is up, which makes the credential unavailable', async () => {
    await using credential = inBrowser({ timeoutInMs: 20 }, () => undefined)
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toBe(
      'InteractiveBrowserCredential: nobody signed in within 0.02 s. Try again, and sign in within that time, or raise timeoutInMs.',
    )
    expect(await isListening(credential.opened[0] ?? '')).toBe(false)
  })

  test('when the browser can’t be opened', async () => {
    await using credential = inBrowser({}, () => Promise.reject(new Error('no\nscreen')))
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toBe(
      'InteractiveBrowserCredential: no browser can be opened here: no screen. Use DeviceCodeCredential, or pass openBrowser and a redirectUri with a fixed port that is forwarded.',
    )
    expect(await isListening(credential.opened[0] ?? '')).toBe(false)
  })
})

describe('the answer', () => {
  const denied = { error: 'access_denied', error_subcode: 'cancel', error_description: 'The user cancelled.' }

  /** What the credential and the browser get when the authority sends this. */
  async function answer(fields: Record<string, string>, options: InteractiveBrowserCredentialNodeOptions = {}) {
    let page: Response | undefined
    const browse = async (url: string) => {
      page = await post(url, { state: parametersOf(url).state ?? '', ...fields })
    }
    await using credential = inBrowser(options, browse)
    const error = await failure(credential.getToken(scope))
    await until(() => page !== undefined)
    return { error, page: page as Response, html: await (page as Response).text() }
  }

  test('that is a refusal ends the sign-in with Entra ID’s words', async () => {
    const { error, page } = await answer(denied)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ errorResponse: { error: 'access_denied', suberror: 'cancel' } })
    expect(error.message).toMatch(/^InteractiveBrowserCredential: .*The user cancelled\./)
    expect(page.status).toBe(400)
  })

  test('with a code of Entra ID’s has its remedy, and one that takes more is AuthenticationRequiredError', async () => {
    const { error } = await answer({ error: 'invalid_client', error_description: 'AADSTS700016: no such application' })
    expect(error).toMatchObject({ errorResponse: { errorCodes: [700016] } })
    expect(error.message).toMatch(/Check the client id/)
    const required = await answer({ error: 'interaction_required', error_description: 'x', claims: '{"a":{}}' })
    expect(required.error).toMatchObject({ name: 'AuthenticationRequiredError', claims: '{"a":{}}', scopes: [scope] })
  })

  test.each<[string, Record<string, string>, RegExp]>([
    ['of another issuer', { iss: 'https://evil.example/v2.0', code: 'x' }, /it came from a different issuer/],
    ['of an issuer that is none', { iss: 'evil', code: 'x' }, /it came from a different issuer/],
    ['without a code', {}, /it contains no code/],
    ['with a code that has a line break', { code: 'a\nb' }, /it contains no code/],
  ])('%s is refused', async (_, fields, reason) => {
    const { error } = await answer(fields)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toMatch(reason)
    expect(grantsOf(world)).toEqual([])
  })

  test('whose code is another sign-in’s is refused: its challenge is not ours', async () => {
    const browse = async (url: string) => {
      const stolen = new URL(url)
      stolen.searchParams.set('code_challenge', 'A'.repeat(43))
      await post(url, { state: parametersOf(url).state ?? '', code: codeFor(stolen.href, world.emulator) })
    }
    await using credential = inBrowser({}, browse)
    expect((await failure(credential.getToken(scope))).message).toMatch(/AADSTS501481/)
  })

  test('whose id token has another nonce is refused', async () => {
    const browse = async (url: string) => {
      const stolen = new URL(url)
      stolen.searchParams.set('nonce', 'of another')
      await post(url, { state: parametersOf(url).state ?? '', code: codeFor(stolen.href, world.emulator) })
    }
    await using credential = inBrowser({}, browse)
    expect((await failure(credential.getToken(scope))).message).toMatch(/belongs to a different sign-in \(nonce\)/)
    expect((await failure(credential.getToken(scope))).name).toBe('AuthenticationError')
  })

  test('of another authority is refused: its id token names it', async () => {
    const fetch = async (url: string, init: TransportInit) => {
      const { hostname } = new URL(world.emulator.url)
      return world.emulator.fetch(url.replace(hostname, '127.0.0.1'), init)
    }
    await using credential = inBrowser({ fetch })
    expect((await failure(credential.getToken(scope))).message).toMatch(/came from a different issuer/)
  })

  test('shows a page of ours, escaped, that is accessible and loads nothing', async () => {
    const description = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&'
    const { page, html } = await answer({ error: 'server_error', error_description: description })
    expect(html).not.toMatch(/<script|<img/)
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(html).toContain('<h1>You are not signed in</h1>')
    expect(html).toContain('<title>You are not signed in</title>')
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
    })
  })

  test('shows success only when the token is there', async () => {
    const pages: string[] = []
    const browse = async (url: string) => void pages.push(await (await signInAt(url, world.emulator)).text())
    await using credential = inBrowser({}, browse)
    world.emulator.faults.next({ aadsts: 70008 })
    await failure(credential.getToken(scope))
    await credential.getToken(scope)
    await until(() => pages.length === 2)
    expect(pages[0]).toContain('<h1>You are not signed in</h1>')
    expect(pages[1]).toContain('<h1>You are signed in</h1>')
  })

  test('shows the caller’s own pages as they are', async () => {
    const browserCustomizationOptions = { successMessage: '<p>Hello!</p>', errorMessage: '<p>Oh no!</p>' }
    expect((await answer(denied, { browserCustomizationOptions })).html).toBe('<p>Oh no!</p>')
    const pages: string[] = []
    const browse = async (url: string) => void pages.push(await (await signInAt(url, world.emulator)).text())
    await using credential = inBrowser({ browserCustomizationOptions }, browse)
    await credential.getToken(scope)
    await until(() => pages.length === 1)
    expect(pages).toEqual(['<p>Hello!</p>'])
  })
})

test('no secret of the sign-in is seen: code, verifier, state, nonce, tokens', async () => {
  const pages: string[] = []
  const browse = async (url: string) => void pages.push(await (await signInAt(url, world.emulator)).text())
  await using credential = inBrowser({}, browse)
  const { token } = await credential.getToken(scope)
  world.emulator.faults.next({ status: 400, body: { error: 'x', error_description: 'echo' } })
  const error = await failure(credential.getToken(otherScope))
  await using again = inBrowser({}, browse)
  world.emulator.faults.next({ aadsts: 70008 })
  const refused = await failure(again.getToken(scope))
  const shown = [credential.authenticate, error, refused, world.events, pages]
    .concat([inspect(credential, { depth: 10, showHidden: true }) as never])
    .map((value) => inspect(value, { depth: 10, showHidden: true }))
    .join()
    // What the test itself keeps of the pages that were opened.
    .replaceAll(credential.opened[0] ?? '', '')
  const sent = world.emulator.requests.flatMap(({ form }) => [form.code, form.code_verifier, form.refresh_token])
  for (const secret of [token, ...sent]) if (secret) expect(shown).not.toContain(secret)
  expect(sent.filter(Boolean).length).toBeGreaterThan(4)
})

describe('in the default chain', () => {
  const chain = { ...withoutMachine, excludeEnvironmentCredential: true, excludeWorkloadIdentityCredential: true }

  /** A machine with a display, whose opener of pages is given. */
  function machine(browse: (url: string) => unknown, env: Record<string, string> = { DISPLAY: ':0' }) {
    const { host, ...options } = world.options({ ...env, AZURE_AUTHORITY_HOST: world.emulator.url })
    const open = async (url: string) => {
      void browse(url)
      return { exitCode: null, once: () => undefined }
    }
    return {
      ...options,
      host: { ...host, platform: 'linux', look: () => undefined, load: async () => ({ default: open }) },
    }
  }

  test('it is left out, unless it is asked for', async () => {
    await using plain = new DefaultAzureCredential({ ...withoutMachine, host: { env: {} } })
    const { attempts } = await plain.explain(scope)
    expect(attempts.map(({ credential }) => credential)).toEqual([
      'EnvironmentCredential',
      'WorkloadIdentityCredential',
    ])
  })

  test('it opens the browser, in the tenant and for the client of its options', async () => {
    const opened: string[] = []
    const browse = (url: string) => {
      opened.push(url)
      return signInAt(url, world.emulator)
    }
    await using credential = new DefaultAzureCredential({
      ...machine(browse),
      ...chain,
      excludeInteractiveBrowserCredential: false,
      interactiveBrowserTenantId: tenantId,
      interactiveBrowserClientId: '1950a258-227b-4e31-a9cf-717495945fc2',
    })
    expect(await credential.getTokenInfo(scope)).toMatchObject({ credential: 'InteractiveBrowserCredential' })
    expect(new URL(opened[0] ?? '').pathname.split('/')[1]).toBe(tenantId)
    expect(parametersOf(opened[0] ?? '').client_id).toBe('1950a258-227b-4e31-a9cf-717495945fc2')
  })

  test('it is unavailable where the package that opens browsers was left out', async () => {
    const { host, ...options } = machine(() => undefined)
    await using credential = new InteractiveBrowserCredential({
      ...options,
      host: { ...host, load: () => Promise.reject(new Error('ERR_MODULE_NOT_FOUND')) },
    })
    expect((await failure(credential.getToken(scope))).message).toMatch(
      /no browser can be opened here: the optional package open is not installed\. Use DeviceCode/,
    )
  })

  test('it is unavailable where there is no display, and says what to do', async () => {
    await using credential = new DefaultAzureCredential({
      ...machine(() => undefined, {}),
      ...chain,
      excludeInteractiveBrowserCredential: false,
    })
    const error = await failure(credential.getToken(scope))
    expect(error.message).toMatch(
      /InteractiveBrowserCredential: no browser can be opened here: there is no display .* Use DeviceCode/,
    )
  })
})
