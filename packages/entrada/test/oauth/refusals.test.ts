import { inspect } from 'node:util'
import {
  AuthenticationError,
  AuthenticationRequiredError,
  ClientSecretCredential,
  CredentialUnavailableError,
} from 'entrada'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clientId, failure, scope, tenantId } from '../world.ts'

const secret = 'S3cret~v@lue+with (every) kind/of%char\'"&=é'

/** The error of a request that is answered so. */
async function refusal(
  body: string | object,
  options: { status?: number; headers?: Record<string, string>; secret?: string } = {},
): Promise<AuthenticationError & AuthenticationRequiredError> {
  const { status = 400, headers = {} } = options
  await using credential = new ClientSecretCredential(tenantId, clientId, options.secret ?? secret, {
    fetch: () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }),
    retryOptions: { maxRetries: 0 },
    host: { env: {} },
  })
  return (await failure(credential.getToken(scope))) as AuthenticationError & AuthenticationRequiredError
}

const whole = {
  error: 'invalid_client',
  error_description:
    'AADSTS7000215: Invalid client secret provided. Ensure the value is right. Trace ID: t Correlation ID: c Timestamp: 2030-01-01 00:00:00Z',
  error_codes: [7000215, 1],
  timestamp: '2030-01-01 00:00:00Z',
  trace_id: 'aaaaaaaa-0000-0000-0000-000000000000',
  correlation_id: 'bbbbbbbb-0000-0000-0000-000000000000',
  suberror: 'bad_token',
  error_uri: 'https://login.microsoftonline.com/error?code=7000215',
}

test('an error of Entra ID is read whole, and its message says who, what and the remedy', async () => {
  const error = await refusal(whole, { status: 401 })
  expect(error).toBeInstanceOf(AuthenticationError)
  expect(error.statusCode).toBe(401)
  expect(error.errorResponse).toEqual({
    error: 'invalid_client',
    errorDescription: whole.error_description,
    errorCodes: [7000215, 1],
    suberror: 'bad_token',
    timestamp: whole.timestamp,
    traceId: whole.trace_id,
    correlationId: whole.correlation_id,
  })
  expect(error.message).toBe(
    'ClientSecretCredential: Microsoft Entra ID refused the request with invalid_client (HTTP 401): AADSTS7000215: Invalid client secret provided. Ensure the value is right. Copy the value of the client secret, not its id, or create a new one in the app registration.',
  )
})

test.each([[[]], [['7000215']], [[null]], ['7000215'], [undefined]])(
  'a refusal whose list of codes is %j has its remedy by the description',
  async (error_codes) => {
    const error = await refusal({ ...whole, error_codes })
    expect(error.errorResponse.errorCodes).toEqual([7000215])
    expect(error.message).toContain('Copy the value of the client secret')
  },
)

describe('what only a person can resolve', () => {
  const claims = '{"access_token":{"capolids":{"essential":true,"values":["x"]}}}'
  test.each<[string, object]>([
    ['interaction_required', { error: 'interaction_required' }],
    ['consent_required', { error: 'consent_required' }],
    ['login_required', { error: 'login_required' }],
    ['a suberror', { error: 'invalid_grant', suberror: 'basic_action' }],
    ['consent as a suberror', { error: 'invalid_grant', suberror: 'consent_required' }],
    ['claims', { error: 'invalid_grant', claims }],
  ])('is an AuthenticationRequiredError: %s', async (_, body) => {
    const error = await refusal({ ...whole, suberror: undefined, ...body })
    expect(error).toBeInstanceOf(AuthenticationRequiredError)
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.name).toBe('AuthenticationRequiredError')
    expect(error).toMatchObject({ scopes: [scope], statusCode: 400, errorResponse: { error: expect.any(String) } })
  })

  test('has the claims to answer', async () => {
    expect((await refusal({ ...whole, claims })).claims).toBe(claims)
  })

  test.each<[string, object]>([
    ['invalid_grant', { error: 'invalid_grant', suberror: 'bad_token' }],
    ['an empty text of claims', { claims: '' }],
    ['claims that are no text', { claims: { access_token: {} } }],
    ['an error that only begins so', { error: 'interaction_required_not' }],
  ])('is not %s', async (_, body) => {
    expect(await refusal({ ...whole, ...body })).toBeInstanceOf(AuthenticationError)
  })
})

describe('a response that is not an Entra ID error', () => {
  test.each<[string, string | object, number]>([
    ['nothing', '', 400],
    ['nothing, with success', '', 204],
    ['HTML', '<html><script>alert(1)</script></html>', 400],
    ['HTML of a proxy', '<html>502</html>', 502],
    ['a list', '[{"error":"invalid_client"}]', 400],
    ['a number', '5', 400],
    ['null', 'null', 400],
    ['JSON that is cut off', '{"error":"invalid_cl', 400],
    ['__proto__', '{"__proto__":{"error":"interaction_required","claims":"{}"}}', 400],
    [
      'fields of other types',
      { error: 5, error_description: {}, error_codes: 'x', trace_id: [], suberror: null, claims: 5 },
      400,
    ],
    ['half a megabyte', 'x'.repeat(500_000), 400],
  ])('is an AuthenticationError that says so: %s', async (_, body, status) => {
    const error = await refusal(body === '' && status === 204 ? '' : body, { status: status === 204 ? 202 : status })
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.errorResponse.error).toMatch(/^(unknown|server)_error$/)
    expect(error.errorResponse.errorDescription).toBe(
      'The response is not an Entra ID error. A proxy or another server may have sent it.',
    )
    expect(error.message).not.toContain('<')
    expect(error.message.length).toBeLessThan(400)
    expect(({} as { error?: unknown }).error).toBeUndefined()
  })

  test('keeps only codes that are whole numbers', async () => {
    const error = await refusal({ ...whole, error_codes: [1.5, '7000215', null, 50076, Number.MAX_VALUE] })
    expect(error.errorResponse.errorCodes).toEqual([50076])
  })
})

test('a message has one line and no control characters, whatever the server wrote', async () => {
  const hostile = 'a\r\nb\u0000c\u001b[31md\u0085e\u009bf\u2028g\u202eh'
  const error = await refusal({ error: hostile, error_description: `AADSTS1: ${hostile}`, error_codes: [1] })
  expect(error.message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u)
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (name, description) => {
      const { message } = await refusal({ error: name, error_description: description })
      expect(message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
    }),
    { numRuns: 100 },
  )
})

test('a long text of the server is cut', async () => {
  const error = await refusal({ error: 'e'.repeat(100_000), error_description: 'd'.repeat(100_000) })
  expect(error.message.length).toBeLessThan(1500)
  expect(error.errorResponse.errorDescription.length).toBeLessThanOrEqual(2000)
})

test('keeps the pause that the server asks for with the error', async () => {
  expect((await refusal(whole, { status: 429, headers: { 'Retry-After': '120' } })).retryAfterInMs).toBe(120_000)
})

describe('a server that repeats the secret', () => {
  const spellings: [string, (value: string) => string][] = [
    ['as it is', (value) => value],
    ['percent-encoded', encodeURIComponent],
    ['as the form has it', (value) => new URLSearchParams({ value }).toString().slice('value='.length)],
    [
      'as the form has it, in lower case',
      (value) =>
        new URLSearchParams({ value })
          .toString()
          .slice(6)
          .replace(/%../g, (code) => code.toLowerCase()),
    ],
  ]
  test.each(spellings)('has it taken out of every field: %s', async (_, spell) => {
    const echo = `client_secret=${spell(secret)}&x`
    const fields = ['error', 'error_description', 'suberror', 'timestamp', 'trace_id', 'correlation_id']
    const error = await refusal(Object.fromEntries(fields.map((name) => [name, echo])))
    const shown = [
      error.message,
      error.stack,
      inspect(error, { depth: 9, showHidden: true }),
      JSON.stringify(error),
    ].join()
    expect(shown).not.toContain(spell(secret))
    expect(shown).toContain('***')
  })

  test('has any secret taken out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 8, unit: 'grapheme' }),
        fc.constantFrom(...spellings),
        async (text, [, spell]) => {
          const value = `s${text.replace(/\p{Cc}/gu, '')}e`
          const error = await refusal({ error: 'x', error_description: `[${spell(value)}]` }, { secret: value })
          expect(error.errorResponse.errorDescription).toBe('[***]')
        },
      ),
      { numRuns: 100 },
    )
  })
})

test('a server that is not there is a network error with the real reason, and shows no secret', async () => {
  await using credential = new ClientSecretCredential(tenantId, clientId, secret, {
    authorityHost: 'http://127.0.0.1:1',
    retryOptions: { maxRetries: 0 },
    host: { env: {} },
  })
  const error = (await failure(credential.getToken(scope))) as AuthenticationError
  expect(error).toBeInstanceOf(AuthenticationError)
  expect(error).toMatchObject({
    statusCode: 0,
    errorResponse: { error: 'network_error' },
    cause: { code: 'ECONNREFUSED' },
  })
  expect(error.message).toMatch(
    /^ClientSecretCredential: 127\.0\.0\.1:1 could not be reached: .*ECONNREFUSED.*Check the network/,
  )
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret)
})
