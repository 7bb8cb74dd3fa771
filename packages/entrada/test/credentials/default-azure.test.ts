import {
  AggregateAuthenticationError,
  AuthenticationError,
  AuthenticationRequiredError,
  DefaultAzureCredential,
  type DefaultAzureCredentialOptions,
  EnvironmentCredential,
  getDefaultAzureCredential,
} from 'entrada'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { withoutMachine } from '../without-machine.ts'
import { clientId, createWorld, failure, scope, tenantId, type World } from '../world.ts'
import { thrown } from './thrown.ts'

let world: World

const allExcluded = { ...withoutMachine, excludeEnvironmentCredential: true, excludeWorkloadIdentityCredential: true }

beforeAll(async () => {
  world = await createWorld()
})
beforeEach(() => world.reset())
afterAll(() => world.close())

const create = (env: Record<string, string>, options: DefaultAzureCredentialOptions = {}): DefaultAzureCredential =>
  new DefaultAzureCredential({ ...world.options({ ...world.env, ...env }), ...options })

describe('AZURE_TOKEN_CREDENTIALS', () => {
  test.each([
    '',
    ' ',
    'prod',
    'PROD',
    ' Prod ',
    'EnvironmentCredential',
    'environmentcredential',
    'ENVIRONMENTCREDENTIAL ',
  ])('%j leaves the environment in the chain', async (value) => {
    await using credential = create({ AZURE_TOKEN_CREDENTIALS: value })
    expect((await credential.getTokenInfo(scope)).credential).toBe('EnvironmentCredential')
  })

  test.each(['bogus', 'production', 'prod,dev', 'Environment', '__proto__', 'constructor'])(
    '%j is refused',
    (value) => {
      const error = thrown(() => create({ AZURE_TOKEN_CREDENTIALS: value }))
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toBe(
        `DefaultAzureCredential: AZURE_TOKEN_CREDENTIALS is "${value}". Set it to prod, dev or one of: EnvironmentCredential, WorkloadIdentityCredential, ManagedIdentityCredential, GitHubActionsCredential, SharedTokenCacheCredential, VisualStudioCodeCredential, AzureCliCredential, AzurePowerShellCredential, AzureDeveloperCliCredential, InteractiveBrowserCredential, BrokerCredential.`,
      )
    },
  )

  test('that leaves nothing is refused, and said to', () => {
    expect(() => create({ AZURE_TOKEN_CREDENTIALS: 'dev' }, withoutMachine)).toThrow(
      /AZURE_TOKEN_CREDENTIALS=dev leave no credential/,
    )
  })
})

describe('an exclude option', () => {
  test('wins over AZURE_TOKEN_CREDENTIALS, either way', async () => {
    expect(() => create({ AZURE_TOKEN_CREDENTIALS: 'prod' }, allExcluded)).toThrow(TypeError)
    await using credential = create(
      { AZURE_TOKEN_CREDENTIALS: 'dev' },
      { ...withoutMachine, excludeEnvironmentCredential: false },
    )
    expect((await credential.getToken(scope)).token).toBeTruthy()
  })

  test('that leaves nothing is refused', () => {
    const error = thrown(() => create({}, allExcluded))
    expect(error.message).toBe(
      'DefaultAzureCredential: the exclude options leave no credential to try. Keep at least one.',
    )
  })

  test.each(['false', 'true', 0, 1, null])('that is %j is refused: it would mean its contrary', (value) => {
    const error = thrown(() => create({}, { excludeEnvironmentCredential: value as never }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(/^DefaultAzureCredential: options\.excludeEnvironmentCredential .*true or false/)
  })
})

describe('requiredEnvVars', () => {
  test('are looked for by the constructor, in the words that users match on', () => {
    const create_ = (requiredEnvVars: DefaultAzureCredentialOptions['requiredEnvVars']): unknown =>
      new DefaultAzureCredential({
        requiredEnvVars,
        host: { env: { AZURE_CLIENT_ID: 'x', AZURE_TENANT_ID: ' ' } },
      } as never)
    expect(() => create_('AZURE_CLIENT_ID')).not.toThrow()
    expect(() => create_(['AZURE_CLIENT_ID', 'AZURE_TENANT_ID'])).toThrow(
      "Required environment variable 'AZURE_TENANT_ID' for DefaultAzureCredential is not set or empty.",
    )
    expect(() => create_(['AZURE_TENANT_ID', 'AZURE_CLIENT_SECRET'])).toThrow(
      "Required environment variables 'AZURE_TENANT_ID, AZURE_CLIENT_SECRET' for DefaultAzureCredential are not set or empty.",
    )
  })

  test.each([[5], [['']], [[undefined]], [{}], [' '], ['A\r\nB'], ['A=b'], ['x'.repeat(1e6)]])(
    'that are %j are refused',
    (requiredEnvVars) => {
      expect(() => create({}, { requiredEnvVars } as never)).toThrow(TypeError)
    },
  )
})

test('an environment that says nothing makes an error with its reason and remedy', async () => {
  await using credential = new DefaultAzureCredential({
    ...withoutMachine,
    host: { env: { AZURE_TENANT_ID: 'contoso' } },
  })
  const error = (await failure(credential.getToken(scope))) as AggregateAuthenticationError
  expect(error).toBeInstanceOf(AggregateAuthenticationError)
  expect(error.message).toBe(
    'DefaultAzureCredential: no credential in the chain can be used here.\n  EnvironmentCredential: AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are not set. Set them, or use another credential.\n  WorkloadIdentityCredential: is unavailable. clientId and tokenFilePath are required parameters. Pass clientId and tokenFilePath, or set AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE, as the workload identity webhook does.',
  )
  expect(error.attempts).toMatchObject([
    {
      credential: 'EnvironmentCredential',
      outcome: 'unavailable',
      reason: 'AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are not set.',
      remedy: 'Set them, or use another credential.',
    },
    {
      credential: 'WorkloadIdentityCredential',
      outcome: 'unavailable',
      reason: 'is unavailable. clientId and tokenFilePath are required parameters.',
      remedy:
        'Pass clientId and tokenFilePath, or set AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE, as the workload identity webhook does.',
    },
  ])
})

test('an environment that is refused stops the chain with its own error', async () => {
  await using credential = create({ AZURE_CLIENT_SECRET: 'wrong' })
  const error = (await failure(credential.getToken(scope))) as AuthenticationError
  expect(error).toBeInstanceOf(AuthenticationError)
  expect(error.statusCode).toBe(401)
  expect(error.message).toMatch(/^EnvironmentCredential: .*AADSTS7000215/)
  expect(error.attempts).toMatchObject([{ credential: 'EnvironmentCredential', outcome: 'refused', error }])
})

test('a challenge for a person stops the chain, though its error is one of the unavailable', async () => {
  await using credential = create({})
  const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
  world.emulator.faults.next({ status: 400, body: { error: 'interaction_required', error_codes: [50076], claims } })
  const error = (await failure(credential.getToken(scope))) as AuthenticationRequiredError
  expect(error).toBeInstanceOf(AuthenticationRequiredError)
  expect(error).toMatchObject({ claims, statusCode: 400, scopes: [scope] })
  expect(error.attempts).toMatchObject([{ credential: 'EnvironmentCredential', outcome: 'refused' }])
})

test.each<[string, Record<string, string>, string, RegExp]>([
  ['a tenant', { AZURE_TENANT_ID: '../x' }, 'EnvironmentCredential', /^AZURE_TENANT_ID "..\/x" /],
  ['a tenant in quotes', { AZURE_TENANT_ID: `"${tenantId}"` }, 'EnvironmentCredential', /is in quotation marks\.$/],
  ['a client in quotes', { AZURE_CLIENT_ID: `'${clientId}'` }, 'EnvironmentCredential', /^AZURE_CLIENT_ID is in quot/],
  ['a client id', { AZURE_CLIENT_ID: 'a\nb' }, 'EnvironmentCredential', /^AZURE_CLIENT_ID contains control char/],
  ['a client id', { AZURE_CLIENT_ID: 'ä' }, 'ManagedIdentityCredential', /^AZURE_CLIENT_ID: clientId is not an id/],
  [
    'tenants',
    { AZURE_ADDITIONALLY_ALLOWED_TENANTS: 'a;b/c' },
    'EnvironmentCredential',
    /^AZURE_ADDITIONALLY_ALLOWED_TENANTS "b\/c"/,
  ],
  ['an authority', { AZURE_AUTHORITY_HOST: 'ftp://login.example' }, 'EnvironmentCredential', /^AZURE_AUTHORITY_HOST /],
  ['an authority', { AZURE_AUTHORITY_HOST: '"https://a.example"' }, 'SharedTokenCacheCredential', /in quotation marks/],
  [
    'a region',
    { AZURE_REGIONAL_AUTHORITY_NAME: 'a.b', AZURE_FEDERATED_TOKEN_FILE: '/token' },
    'WorkloadIdentityCredential',
    /is not the name of a region/,
  ],
  [
    'a workload',
    { AZURE_TENANT_ID: '../x', AZURE_FEDERATED_TOKEN_FILE: '/token' },
    'ManagedIdentityCredential',
    /^AZURE_TENANT_ID "..\/x" /,
  ],
  ['an account', { AZURE_USERNAME: '"ada"' }, 'SharedTokenCacheCredential', /^AZURE_USERNAME is in quotation marks/],
  ['a tenant', { AZURE_TENANT_ID: '../x' }, 'InteractiveBrowserCredential', /^AZURE_TENANT_ID /],
  ['a tenant', { AZURE_TENANT_ID: '../x' }, 'GitHubActionsCredential', /^AZURE_TENANT_ID /],
  [
    'an address',
    { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://evil.example', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't' },
    'GitHubActionsCredential',
    /^ACTIONS_ID_TOKEN_REQUEST_URL does not use https/,
  ],
])('a variable that is not %s makes its member unavailable, with the reason', async (_, env, name, reason) => {
  const whole = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: 'secret' }
  await using credential = new DefaultAzureCredential({
    host: { env: { ...whole, AZURE_TOKEN_CREDENTIALS: name, ...env } },
  })
  const error = (await failure(credential.getToken(scope))) as AggregateAuthenticationError
  expect(error).toBeInstanceOf(AggregateAuthenticationError)
  expect(error.attempts).toEqual([
    expect.objectContaining({
      credential: name,
      outcome: 'unavailable',
      reason: expect.stringMatching(reason),
      remedy: expect.stringMatching(/^\S.*\.$/),
    }),
  ])
  // The credential on its own says so at once.
  if (name === 'EnvironmentCredential') {
    expect(() => new EnvironmentCredential({ host: { env: { ...whole, ...env } } })).toThrow(TypeError)
  }
})

test.each([
  { AZURE_AUTHORITY_HOST: 'ftp://login.example' },
  { AZURE_TENANT_ID: '"quoted"', AZURE_CLIENT_SECRET: 's' },
  { AZURE_REGIONAL_AUTHORITY_NAME: 'a.b', AZURE_CLIENT_SECRET: 's' },
  { AZURE_ADDITIONALLY_ALLOWED_TENANTS: '/' },
])('with %j the chain goes on to the host, which needs none of it', async (env) => {
  await using credential = new DefaultAzureCredential({
    ...withoutMachine,
    excludeManagedIdentityCredential: false,
    fetch: () => Response.json({ access_token: 'of-the-host', expires_in: 3600 }),
    host: {
      env: {
        AZURE_TENANT_ID: tenantId,
        AZURE_CLIENT_ID: clientId,
        IDENTITY_ENDPOINT: 'http://127.0.0.1:1/msi',
        IDENTITY_HEADER: 'h',
        ...env,
      },
    },
  })
  expect((await credential.getToken(scope)).token).toBe('of-the-host')
})

test.each<[string, DefaultAzureCredentialOptions]>([
  ['tenantId', { tenantId: '../x' }],
  ['workloadIdentityTenantId', { workloadIdentityTenantId: '../x' }],
  ['workloadIdentityClientId', { workloadIdentityClientId: 'a\nb' }],
  ['managedIdentityClientId', { managedIdentityClientId: 'a\nb' }],
  ['authorityHost', { authorityHost: 'ftp://login.example' }],
])('a malformed option %s stays a TypeError', (_, options) => {
  const env = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_FEDERATED_TOKEN_FILE: '/token' }
  expect(
    () =>
      new DefaultAzureCredential({
        ...withoutMachine,
        excludeManagedIdentityCredential: false,
        ...options,
        host: { env },
      }),
  ).toThrow(TypeError)
})

test('getDefaultAzureCredential() makes one', async () => {
  const credential = getDefaultAzureCredential()
  expect(credential).toBeInstanceOf(DefaultAzureCredential)
  await credential.close()
})

test('GitHub Actions is a member when it is asked for, and says why it can not be used', async () => {
  const env = { AZURE_TENANT_ID: 'contoso', AZURE_CLIENT_ID: 'app' }
  await using credential = new DefaultAzureCredential({
    host: { env },
    ...allExcluded,
    excludeGitHubActionsCredential: false,
  })
  const error = (await failure(credential.getToken(scope))) as AggregateAuthenticationError
  expect(error.attempts).toMatchObject([
    {
      credential: 'GitHubActionsCredential',
      outcome: 'unavailable',
      reason: 'ACTIONS_ID_TOKEN_REQUEST_URL is not set.',
    },
  ])
})

test.each(['GitHubActionsCredential', 'interactivebrowsercredential'])(
  '%s, which the chain leaves out, is in it where AZURE_TOKEN_CREDENTIALS names it',
  async (AZURE_TOKEN_CREDENTIALS) => {
    await using credential = create({ AZURE_TOKEN_CREDENTIALS, SSH_CONNECTION: 'there' })
    const { attempts } = (await failure(credential.getToken(scope))) as AggregateAuthenticationError
    expect(attempts.map(({ credential: name }) => name.toLowerCase())).toEqual([AZURE_TOKEN_CREDENTIALS.toLowerCase()])
  },
)

test('GitHub Actions as a member signs a job in', async () => {
  const job = world.emulator.githubActions({ repository: 'contoso/shop', ref: 'refs/heads/main', app: 'app' })
  const { AZURE_CLIENT_SECRET: _, ...ids } = world.env
  await using credential = new DefaultAzureCredential({
    ...world.options({ ...ids, ...job.env }),
    ...withoutMachine,
    excludeGitHubActionsCredential: false,
  })
  expect((await credential.getTokenInfo(scope)).credential).toBe('GitHubActionsCredential')
})

test('the length of an attempt is measured by a clock that nobody sets', async () => {
  let wall = Date.UTC(2030, 0, 1)
  let steady = 0
  await using credential = new DefaultAzureCredential({
    fetch: () => Response.json({ access_token: 'T', expires_in: 3600 }),
    host: {
      env: { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: 's' },
      now: () => (wall -= 60_000),
      monotonic: () => (steady += 0.25),
    },
  })
  const { attempts } = await credential.explain(scope)
  expect(attempts[0]).toMatchObject({ credential: 'EnvironmentCredential', outcome: 'token' })
  expect(attempts[0]?.milliseconds).toBeGreaterThanOrEqual(0)
  expect(Number.isInteger(attempts[0]?.milliseconds)).toBe(true)
})
