import { inspect } from 'node:util'
import { AuthenticationError, ChainedTokenCredential, CredentialUnavailableError, type EntradaEvent } from 'entrada'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { serveTcp } from '../http/servers.ts'
import { quickest } from '../quickest.ts'
import { failure } from '../world.ts'
import {
  clientId,
  create,
  fakeFiles,
  header,
  type Kind,
  objectId,
  type Reply,
  resource,
  resourceId,
  standIn,
  start,
  tokenBody,
  variables,
} from './stand-in.ts'

const scope = `${resource}/.default`
const kinds = Object.keys(variables) as Kind[]
const label: Record<Kind, string> = {
  imds: 'IMDS',
  'app-service': 'App Service',
  'service-fabric': 'Service Fabric',
  'azure-arc': 'Azure Arc',
  'machine-learning': 'Azure Machine Learning',
  'cloud-shell': 'Azure Cloud Shell',
}

/** What becomes of a call that is answered so. */
async function refused(kind: Kind, reply: Reply, options: object = {}): Promise<AuthenticationError> {
  const { fetch } = standIn(reply)
  await using credential = create(variables[kind], { fetch, retryOptions: { maxRetries: 0 }, ...options })
  return (await failure(credential.getToken(scope))) as AuthenticationError
}

test('what a host says after 16 KiB is not looked at', async () => {
  const far = 'x'.repeat(16 * 1024)
  const near = await refused('app-service', { status: 403, body: 'the network is unreachable' })
  expect(near.message).toContain('is unreachable (HTTP 403)')
  const late = await refused('app-service', { status: 403, body: `${far} the network is unreachable` })
  expect(late).toBeInstanceOf(AuthenticationError)
  const page = await refused('imds', { status: 400, body: `${' '.repeat(16 * 1024)}<html>` })
  expect(page.message).not.toContain('another server answered')
})

describe.each(kinds)('on %s', (kind) => {
  test('no connection makes it unavailable, with the cause', async () => {
    const fetch = (): never => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    }
    await using credential = create(variables[kind], { fetch })
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toMatch(
      new RegExp(
        `^ManagedIdentityCredential: ${label[kind]} at [\\w.:]+ could not be reached: connect ECONNREFUSED\\. Run on Azure`,
      ),
    )
    expect((error.cause as { code?: string }).code).toBe('ECONNREFUSED')
  })

  // A host that a variable names is there: a chain that went on would sign in as somebody else.
  test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed, and stops a chain', async (status) => {
    const { fetch, sent } = standIn({ status, headers: { location: 'https://identity.example/token' } })
    await using credential = create(variables[kind], { fetch })
    const error = await failure(credential.getToken(scope))
    const isAssumed = kind === 'imds'
    expect(error).toBeInstanceOf(isAssumed ? CredentialUnavailableError : AuthenticationError)
    if (!isAssumed) expect(error).toMatchObject({ statusCode: status, errorResponse: { error: 'invalid_response' } })
    expect(error.message).toMatch(
      new RegExp(
        isAssumed
          ? `^ManagedIdentityCredential: IMDS at [\\w.]+ gave no usable answer: \\S+ answered with a redirect \\(${status}\\), which is not followed\\. Run`
          : `^ManagedIdentityCredential: ${label[kind]} returned no token: \\S+ answered with a redirect \\(${status}\\), which is not followed\\. Check`,
      ),
    )
    expect(sent).toHaveLength(1)
  })

  test.each([
    [
      '403, which says that it is unreachable',
      { status: 403, body: 'A socket operation was attempted to an unreachable network' },
    ],
    ['404 with a page', { status: 404, body: '<html>' }],
  ])('%s makes it unavailable', async (_, reply) => {
    const isRefusal = kind !== 'imds' && reply.status === 404
    expect(await refused(kind, reply)).toBeInstanceOf(isRefusal ? AuthenticationError : CredentialUnavailableError)
  })

  // Nobody named the address of IMDS: a captive portal, a firewall or another cloud may answer there.
  test.each([
    ['a page', { body: '<html>' }],
    ['no token', { body: {} }],
    ['the answer of another cloud', { body: { Code: 'Success', AccessKeyId: 'x', Token: 'y' } }],
    ['blanks', { body: ' \n' }],
    ['eleven megabytes', { body: 'x'.repeat(11 * 1024 * 1024) }],
  ])('200 with %s is a fault of a host that was named, and no sign of IMDS', async (_, reply) => {
    const error = await refused(kind, reply)
    if (kind === 'imds') return expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ statusCode: 200, errorResponse: { error: 'invalid_response' } })
    expect(error.message).toContain(`ManagedIdentityCredential: ${label[kind]} returned no token: `)
  })

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['no life', { expires_on: undefined, expires_in: undefined }, /no readable expires_on or expires_in/],
    ['a life of 0', { expires_in: '0' }, /arrived expired; check the clock of this machine\./],
    ['an end that is over', { expires_on: String(start / 1000 - 5), expires_in: undefined }, /arrived expired/],
    ['a life of centuries', { expires_on: undefined, expires_in: 1e12 }, /lives for more than ten years/],
    ['another type', { token_type: 'pop' }, /token_type is not Bearer/],
  ])('a token with %s stops a chain: no other identity takes its place', async (_, more, reason) => {
    const { fetch } = standIn({ body: tokenBody(more) })
    await using credential = create(variables[kind], { fetch, retryOptions: { maxRetries: 0 } })
    const other = { getToken: async () => ({ token: 'another identity', expiresOnTimestamp: start + 3600_000 }) }
    await using chain = new ChainedTokenCredential(credential, other)
    const error = await failure(chain.getToken(scope))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toMatch(reason)
  })

  test.each(['', ' \n'])('200 with %j is asked again, as under load', async (body) => {
    const slept: number[] = []
    const host = { sleep: async (milliseconds: number) => void slept.push(milliseconds) }
    const { fetch, sent } = standIn({ body }, { body: tokenBody() })
    await using credential = create(variables[kind], { fetch, host })
    expect((await credential.getToken(scope)).token).toBe('the-token')
    expect(sent).toHaveLength(2)
    expect(slept).toHaveLength(1)
  })

  test('a clock that is hours ahead does not prevent a token, and is reported once', async () => {
    const hour = 3600_000
    const events: EntradaEvent[] = []
    const reply = { body: tokenBody({ expires_on: String(start / 1000 + 3600), expires_in: '3600' }) }
    const dated = { ...reply, headers: { Date: new Date(start).toUTCString() } }
    for (const [answer, life] of [
      [reply, 300_000],
      [dated, hour],
    ] as const) {
      const { fetch } = standIn(answer)
      const host = { now: () => start + 2 * hour }
      const onEvent = (event: EntradaEvent): void => void events.push(event)
      await using credential = create(variables[kind], { fetch, host, onEvent })
      const token = await credential.getToken(scope)
      expect(token).toMatchObject({ token: 'the-token', expiresOnTimestamp: start + 2 * hour + life })
      await credential.getToken(scope, { claims: '{"access_token":{}}' })
      const warnings = events.splice(0).filter((event) => event.type === 'warning' && event.message.includes('clock'))
      expect(warnings).toEqual([
        expect.objectContaining({ message: expect.stringMatching(/machine's clock is ahead/) }),
      ])
    }
  })

  test.each([403, 409, 429, 500, 503])('%i is a refusal, with the host’s words', async (status) => {
    const error = await refused(kind, { status, body: { error: 'a_code', error_description: 'Some words' } })
    expect(error).toBeInstanceOf(AuthenticationError)
    const remedy =
      status === 409 || status === 403 ? 'Check that the identity is assigned here, and its id.' : 'Try again later.'
    expect(error.message).toBe(
      `ManagedIdentityCredential: ${label[kind]} refused the request with a_code (HTTP ${status}). Some words. ${remedy}`,
    )
    expect(error).toMatchObject({
      statusCode: status,
      errorResponse: { error: 'a_code', errorDescription: 'Some words' },
    })
  })

  test.each<[string, Reply]>([
    ['another resource', { body: tokenBody({ resource: 'https://vault.azure.net' }) }],
    ['another resource, by a look-alike', { body: tokenBody({ resource: `${resource}.example` }) }],
  ])('a token for %s is refused', async (_, reply) => {
    const error = await refused(kind, reply)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toBe(
      `ManagedIdentityCredential: ${label[kind]} returned a token for a different resource from ${resource}. The token is not used. Check which identities are assigned here.`,
    )
    expect(error.errorResponse.error).toBe('identity_mismatch')
  })

  test('nothing shows a secret, whatever the host says', async () => {
    const word = fc.constantFrom(
      header,
      encodeURIComponent(header),
      `prefix${header}suffix`,
      'eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiIxIn0.c2lnbmF0dXJl',
      'words',
    )
    const field = fc.constantFrom(
      'error',
      'error_description',
      'message',
      'Message',
      'code',
      'access_token',
      'token_type',
      'expires_on',
      'resource',
    )
    const flat = fc.dictionary(field, fc.oneof(word, fc.string(), fc.integer(), fc.constant(null)))
    const body = fc.oneof(flat, fc.record({ error: flat }), word, fc.string(), fc.json())
    const status = fc.oneof(
      fc.constantFrom(200, 201, 400, 401, 403, 404, 429, 500, 503),
      fc.integer({ min: 200, max: 599 }),
    )
    const retryAfter = fc.option(
      fc.oneof(
        fc.string().filter((text) => /^[\x20-\x7e]*$/.test(text)),
        fc.integer().map(String),
      ),
      { nil: undefined },
    )
    const challenge = fc.option(fc.constantFrom('Basic realm=/etc/passwd', `Basic realm=${header}`, 'x'), {
      nil: undefined,
    })
    await fc.assert(
      fc.asyncProperty(status, body, retryAfter, challenge, async (code, said, after, asked) => {
        const events: EntradaEvent[] = []
        const headers = {
          ...(after !== undefined && { 'retry-after': after }),
          ...(asked !== undefined && { 'www-authenticate': asked }),
        }
        const { fetch } = standIn({ status: code, headers, body: said })
        const files = fakeFiles({ '/etc/passwd': 'root:secret' })
        await using credential = create(variables[kind], {
          fetch,
          host: { files },
          onEvent: (event) => events.push(event),
        })
        const outcome = await credential.getToken(scope).catch((error: Error) => error)
        const shown = [
          credential,
          outcome instanceof Error ? outcome : undefined,
          outcome instanceof Error ? outcome.stack : '',
          events,
        ]
          .map((value) => inspect(value, { depth: 12, showHidden: true }))
          .join('\n')
        if (outcome instanceof Error) {
          expect(['AuthenticationError', 'CredentialUnavailableError']).toContain(outcome.name)
          expect(outcome.message).not.toMatch(/[\r\n]/)
        } else {
          expect(code).toBe(200)
          expect((said as { access_token?: unknown }).access_token).toBe(outcome.token)
          if (outcome.token === header) return
        }
        if (Object.values<string>(variables[kind]).includes(header)) {
          expect(shown).not.toContain(header)
          expect(shown).not.toContain(encodeURIComponent(header))
        }
        expect(shown).not.toContain('c2lnbmF0dXJl')
        expect(shown).not.toContain('root:secret')
      }),
      { numRuns: 120 },
    )
  })
})

describe('a token of another identity than the one that was asked for', () => {
  test.each<[Kind, object, object]>([
    ['imds', { clientId }, { client_id: objectId }],
    ['imds', { objectId }, { object_id: clientId }],
    ['imds', { resourceId: '/subscriptions/a' }, { msi_res_id: '/subscriptions/b' }],
    ['app-service', { clientId }, { client_id: objectId }],
    ['app-service', { resourceId: '/subscriptions/a' }, { mi_res_id: '/subscriptions/b' }],
    ['machine-learning', { clientId }, { client_id: objectId }],
  ])('is refused on %s for %j', async (kind, id, echo) => {
    const error = await refused(kind, { body: tokenBody({ ...echo }) }, id)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toMatch(
      /returned a token of a different identity from the one with the \w+Id .*\. The token is not used\./,
    )
    expect(inspect(error)).not.toContain('the-token')
  })

  test.each<[string, Reply]>([
    ['an echo of another', { body: tokenBody({ client_id: objectId }) }],
    ['a refusal that repeats it', { status: 400, body: { message: `no identity AbC8Q~secret_value~1234` } }],
  ])('and a secret in place of the id is not shown: %s', async (_, reply) => {
    const error = await refused('app-service', reply, { clientId: 'AbC8Q~secret_value~1234' })
    expect(inspect(error, { depth: 9 })).not.toContain('secret_value')
  })

  test('is refused where the compute names its usual one', async () => {
    const { fetch } = standIn({ body: tokenBody({ client_id: objectId }) })
    await using credential = create(
      { ...variables['machine-learning'], DEFAULT_IDENTITY_CLIENT_ID: clientId },
      { fetch },
    )
    expect(await failure(credential.getToken(scope))).toBeInstanceOf(AuthenticationError)
  })

  test('is not kept: the next call asks again', async () => {
    const { fetch } = standIn(
      { body: tokenBody({ client_id: objectId }) },
      { body: tokenBody({ client_id: clientId }) },
    )
    await using credential = create(variables['app-service'], { fetch, clientId })
    await failure(credential.getToken(scope))
    expect((await credential.getToken(scope)).token).toBe('the-token')
  })
})

test.each<[string, unknown, string, string]>([
  [
    'App Service',
    { statusCode: 500, message: 'An unexpected error' },
    'managed_identity_error',
    'An unexpected error.',
  ],
  [
    'Service Fabric',
    { error: { code: 'ManagedIdentityNotFound', message: 'Not found.' } },
    'ManagedIdentityNotFound',
    'Not found.',
  ],
  [
    'IMDS',
    { error: 'invalid_resource', error_description: 'AADSTS500011: no' },
    'invalid_resource',
    'AADSTS500011: no.',
  ],
  ['an old host', { Message: 'Old words' }, 'managed_identity_error', 'Old words.'],
  ['words alone', 'The request was throttled', 'managed_identity_error', 'The request was throttled.'],
  ['a page', '<html><body>Error</body></html>', 'managed_identity_error', ''],
])('the words of %s are found', async (_, body, code, words) => {
  const error = await refused('app-service', { status: 500, body })
  expect(error.message).toBe(
    ['ManagedIdentityCredential: App Service refused the request with', code, '(HTTP 500).', words, 'Try again later.']
      .filter(Boolean)
      .join(' '),
  )
})

/** Every way in which a server may repeat a secret in an address. */
const everyByte = (text: string): string =>
  [...text].map((character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')

test.each<[string, string]>([
  ['as it is', header],
  ['percent-encoded', encodeURIComponent(header)],
  [
    'percent-encoded in small letters',
    encodeURIComponent(header)
      .toLowerCase()
      .replace(/recognisableheader/, 'RecognisableHeader'),
  ],
  ['with every character encoded', everyByte(header)],
  ['with every character encoded, in capitals', everyByte(header).toUpperCase()],
  ['with some characters encoded', `${everyByte(header.slice(0, 7))}${header.slice(7)}`],
  ['encoded twice', encodeURIComponent(encodeURIComponent(header))],
  ['encoded three times', encodeURIComponent(encodeURIComponent(encodeURIComponent(header)))],
  ['as JSON with escapes', header.replace(/./g, (at) => `\\u00${at.charCodeAt(0).toString(16)}`)],
  [
    'as HTML',
    header
      .replace(/\W/g, (at) => `&#${at.charCodeAt(0)};`)
      .replace(/./, (at) => `&#x${at.charCodeAt(0).toString(16)};`),
  ],
  ['in base64', Buffer.from(header).toString('base64')],
])('a header that is echoed %s is not shown', async (_, echo) => {
  for (const body of [{ error: 'denied', error_description: `no ${echo} here` }, `no ${echo} here`]) {
    const error = await refused('app-service', { status: 403, body })
    expect(error.message).toContain('no *** here.')
    const shown = inspect(error, { depth: 10, showHidden: true })
    expect(shown).not.toContain(echo)
    expect(shown).not.toContain('Recognisable')
  }
})

test.each([
  ['an opaque token', 'rejected 0.AXoAk3Jx9QmZ7TfL2vBn8Rc5Wd1Ye6 as over', 'rejected *** as over.'],
  ['a token in hexadecimal', 'rejected 9f86d081884c7d659a2feaa0c55ad015 as over', 'rejected *** as over.'],
  ['a short bearer', 'got Bearer s3cr3t, which is over', 'got Bearer ***, which is over.'],
  ['a named token', 'refresh_token: s3cr3t is over', 'refresh_token: *** is over.'],
  ['a signature', 'GET /a?sig=s3cr3t&x=1 failed', 'GET /a?sig=***&x=1 failed.'],
  ['a JWT', `bad ${'eyJhbGciOiJub25lIn0'}.eyJzdWIiOiJhIn0.c2ln here`, 'bad *** here.'],
])('%s in the words of a host is not shown', async (_, error_description, words) => {
  const error = await refused('app-service', { status: 403, body: { error: 'denied', error_description } })
  expect(error.message).toContain(words)
  expect(error.errorResponse.errorDescription).not.toMatch(/s3cr3t|AXoA|9f86|eyJ/)
})

test('ids, names, addresses and words in the message of a host stay', async () => {
  const error_description = `No User-Assigned ManagedIdentityCredentialConfiguration for ${clientId} at ${resourceId} (reader-01-prod-eu-west.privatelink.example): Bearer tokens are off, trace 2026-11-23T09:00:00Z`
  const error = await refused('app-service', { status: 403, body: { error: 'denied', error_description } })
  expect(error.errorResponse.errorDescription).toBe(error_description)
})

test.each([
  '/',
  'ey',
  'eyJ',
  '-ey',
  'ey.',
  'a',
  'A1',
  '%',
  '%25',
  '%2525',
  ' ',
  '"',
  'code=',
  'Bearer ',
  '\n',
  'unreachable',
  'api-',
])('100 kB of %j from a host are read in no time', async (part) => {
  const text = part.repeat(100_000 / part.length)
  const replies: Reply[] = [
    { body: tokenBody({ resource: `${text}x` }) },
    { body: tokenBody({ expires_on: text, expires_in: text, client_id: text }) },
    ...[400, 403, 404, 500].flatMap((status) => [
      { status, body: text },
      { status, body: { error: text, error_description: text } },
      { status, body: { error: { code: text, message: text } } },
    ]),
  ]
  for (const kind of ['app-service', 'imds'] as const) {
    for (const reply of replies) {
      expect(await quickest(() => refused(kind, reply, { clientId }))).toBeLessThan(200)
    }
  }
})

test.each<[what: string, head: string, body: string]>([
  ['in chunks', 'Transfer-Encoding: chunked', '8\r\n{"access\r\n'],
  ['shorter than it says', 'Content-Length: 500', '{"access_token":"t"'],
])('a good response of a named host that ends before its body does, %s, stops a chain', async (_, head, body) => {
  await using server = await serveTcp((socket) =>
    socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${body}`)),
  )
  const env = { ...variables['app-service'], IDENTITY_ENDPOINT: `http://127.0.0.1:${server.port}/token` }
  const next = { getToken: async () => ({ token: 'of another identity', expiresOnTimestamp: start + 3600_000 }) }
  await using chain = new ChainedTokenCredential(create(env, { retryOptions: { maxRetries: 0 } }), next)
  const error = await failure(chain.getToken(scope))
  expect(error).toBeInstanceOf(AuthenticationError)
  expect(error).toMatchObject({ statusCode: 200, errorResponse: { error: 'invalid_response' } })
})
