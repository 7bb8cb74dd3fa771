import { inspect } from 'node:util'
import { AuthenticationError, CredentialUnavailableError, type EntradaEvent } from 'entrada'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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
  standIn,
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

  test.each([302, 307, 308])('a redirect (%i) is not followed', async (status) => {
    const { fetch, sent } = standIn({ status, headers: { location: 'https://identity.example/token' } })
    await using credential = create(variables[kind], { fetch })
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toContain(`answered with a redirect (${status}), which is not followed`)
    expect(sent).toHaveLength(1)
  })

  test.each([
    [
      '403, which says that it is unreachable',
      { status: 403, body: 'A socket operation was attempted to an unreachable network' },
    ],
    ['a page', { body: '<html>' }],
    ['no token', { body: {} }],
    ['eleven megabytes', { body: 'x'.repeat(11 * 1024 * 1024) }],
  ])('%s makes it unavailable', async (_, reply) => {
    expect(await refused(kind, reply)).toBeInstanceOf(CredentialUnavailableError)
  })

  test.each([403, 409, 429, 500, 503])('%i is a refusal, with the host’s words', async (status) => {
    const error = await refused(kind, { status, body: { error: 'a_code', error_description: 'Some words' } })
    expect(error).toBeInstanceOf(AuthenticationError)
    const mend =
      status === 409 || status === 403 ? 'Check that the identity is assigned here, and its id.' : 'Try again later.'
    expect(error.message).toBe(
      `ManagedIdentityCredential: ${label[kind]} refused the request with a_code (HTTP ${status}). Some words. ${mend}`,
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
      `ManagedIdentityCredential: ${label[kind]} gave a token for another resource than ${resource}. It is not used. Check which identities are assigned here.`,
    )
    expect(error.errorResponse.error).toBe('identity_mismatch')
  })

  test('a token of another type is none', async () => {
    const error = await refused(kind, { body: tokenBody({ token_type: 'pop' }) })
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toContain(`${label[kind]} gave no token: token_type is not Bearer.`)
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
    expect(error.message).toMatch(/gave a token of another identity than the one with the \w+Id .*\. It is not used\./)
    expect(inspect(error)).not.toContain('the-token')
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
