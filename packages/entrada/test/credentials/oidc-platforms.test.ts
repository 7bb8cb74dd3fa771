import { inspect } from 'node:util'
import {
  AuthenticationError,
  AzureAuthorityHosts,
  AzurePipelinesCredential,
  CredentialUnavailableError,
  type EntradaCredential,
  GitHubActionsCredential,
  type TokenCredentialOptions,
} from 'entrada'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  clientId,
  createWorld,
  failure,
  recognisableSecret,
  scope,
  serviceConnectionId,
  tenantId,
  type World,
} from '../world.ts'
import { thrown } from './thrown.ts'

type Sent = { url: string; method: string; headers: Record<string, string>; body?: string | undefined }
type Env = Record<string, string | undefined>

interface Platform {
  name: string
  /** The variable with the address, and one such address. */
  variable: string
  address: string
  env: Env
  field: string
  create(options: TokenCredentialOptions): EntradaCredential
}

const platforms: Platform[] = [
  {
    name: 'AzurePipelinesCredential',
    variable: 'SYSTEM_OIDCREQUESTURI',
    address: 'https://dev.azure.example/contoso/jobs/1/oidctoken',
    env: {},
    field: 'oidcToken',
    create: (options) =>
      new AzurePipelinesCredential(tenantId, clientId, serviceConnectionId, recognisableSecret, options),
  },
  {
    name: 'GitHubActionsCredential',
    variable: 'ACTIONS_ID_TOKEN_REQUEST_URL',
    address: 'https://pipelines.actions.example/7/idtoken?api-version=2.0',
    env: {
      AZURE_TENANT_ID: tenantId,
      AZURE_CLIENT_ID: clientId,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: recognisableSecret,
    },
    field: 'value',
    create: (options) => new GitHubActionsCredential(options),
  },
]

/** A job on a platform that answers `answer`; Entra ID grants everything. */
function job(platform: Platform, answer?: () => Response, env: Env = {}, options: TokenCredentialOptions = {}) {
  const oidc: Sent[] = []
  const entra: Record<string, string>[] = []
  const credential = platform.create({
    fetch: (url, { method, headers, body }) => {
      if (method === 'POST' && body !== undefined) {
        entra.push(Object.fromEntries(new URLSearchParams(body)))
        return Response.json({ access_token: `token-${entra.length}`, expires_in: 3600 })
      }
      oidc.push({ url, method, headers, body })
      return answer?.() ?? Response.json({ [platform.field]: `oidc-${oidc.length}` })
    },
    ...options,
    host: {
      sleep: async () => undefined,
      env: { [platform.variable]: platform.address, ...platform.env, ...env } as Record<string, string>,
    },
  })
  return { credential, oidc, entra }
}

describe.each(platforms)('$name', (platform) => {
  const { name, variable, field } = platform

  test('asks for one OIDC token for each exchange, and for none when the token is cached', async () => {
    const { credential, oidc, entra } = job(platform)
    await Promise.all(Array.from({ length: 20 }, () => credential.getToken(scope)))
    await credential.getToken([scope])
    await credential.getTokenInfo(scope)
    expect(oidc).toHaveLength(1)
    await credential.getToken(scope, { claims: '{}' })
    expect(oidc).toHaveLength(2)
    expect(entra.map((form) => form.client_assertion)).toEqual(['oidc-1', 'oidc-2'])
    expect(entra[0]).toMatchObject({ client_id: clientId, grant_type: 'client_credentials', scope })
  })

  test.each<[string, () => Response, RegExp, number]>([
    ['401', () => new Response('no', { status: 401 }), /returned no OIDC token: HTTP 401\. no\. /, 401],
    [
      '400 with words',
      () => Response.json({ message: 'No job\nof yours' }, { status: 400 }),
      /HTTP 400\. No job of yours\. /,
      400,
    ],
    [
      '404 with a secret in JSON',
      () => Response.json({ message: recognisableSecret }, { status: 404 }),
      /HTTP 404\./,
      404,
    ],
    ['403 with a token in it', () => Response.json({ [field]: 'oidc' }, { status: 403 }), /HTTP 403\./, 403],
    ['500, in spite of retries', () => new Response('', { status: 500 }), /HTTP 500\./, 500],
    ['203, a sign-in page', () => new Response('<html>', { status: 203 }), /HTTP 203\./, 203],
    ['HTML', () => new Response('<html>'), /its response has no/, 200],
    ['half a JSON', () => new Response(`{"${field}": "oid`), /its response has no/, 200],
    ['a list', () => Response.json(['oidc']), /its response has no/, 200],
    ['null', () => Response.json(null), /its response has no/, 200],
    ['another field', () => Response.json({ token: 'oidc' }), /its response has no/, 200],
    ['a number', () => Response.json({ [field]: 7 }), /its response has no/, 200],
    ['an empty text', () => Response.json({ [field]: '' }), /its response has no/, 200],
    ['a token with a line break', () => Response.json({ [field]: 'a\r\nb' }), /its response has no/, 200],
    ['nothing', () => new Response(''), /its response has no/, 200],
  ])(
    'says so when the platform answers with %s, and asks Entra ID for nothing',
    async (_, answer, reason, statusCode) => {
      const { credential, entra } = job(platform, answer)
      const error = await failure(credential.getToken(scope))
      expect(error).toBeInstanceOf(AuthenticationError)
      expect(error).toMatchObject({ statusCode, errorResponse: { error: 'oidc_request_failed' } })
      expect(error.message).toMatch(new RegExp(`^${name}: .*`))
      expect(error.message).toMatch(reason)
      expect(error.message).toMatch(/Check /)
      expect(entra).toEqual([])
      expect(inspect([error, credential], { depth: 10, showHidden: true })).not.toContain(recognisableSecret)
    },
  )

  test('follows no redirect: the platform’s secret goes to no other place', async () => {
    const headers = { location: 'https://evil.example/' }
    const { credential, oidc, entra } = job(platform, () => new Response('', { status: 302, headers }))
    const error = await failure(credential.getToken(scope))
    expect(error).toMatchObject({ name: 'AuthenticationError', statusCode: 0 })
    expect(error.message).toContain('redirect (302), which is not followed')
    expect(oidc.map(({ url }) => new URL(url).host)).toEqual([new URL(platform.address).host])
    expect(entra).toEqual([])
  })

  test('tells the tracing headers of a refusal, for the platform’s support', async () => {
    const headers = { 'x-vss-e2eid': 'e2e-1', 'x-msedge-ref': 'Ref A: 1 Ref B: 2\u00ff', 'x-github-request-id': 'gh-1' }
    const { credential } = job(platform, () => new Response('', { status: 400, headers }))
    const { message } = await failure(credential.getToken(scope))
    expect(message).toContain('(x-vss-e2eid: e2e-1, x-msedge-ref: Ref A: 1 Ref B: 2, x-github-request-id: gh-1)')
  })

  test.each<[string, string, RegExp]>([
    ['http', 'http://dev.azure.example/oidc', /does not use https/],
    ['http on the link-local network', 'http://169.254.169.254/oidc', /does not use https/],
    ['http on the link-local network of IPv6', 'http://[fe80::1]/oidc', /does not use https/],
    ['ftp', 'ftp://dev.azure.example/', /does not use https/],
    ['a user', 'https://user:S3cret-of-url@dev.azure.example/', /has a user name or password/],
    ['a host that looks like a user', 'https://dev.azure.example@evil.example/', /has a user name or password/],
    ['no URL', 'S3cret-of-url', /is not a URL/],
  ])('refuses an address from the environment with %s, and does not repeat it', (_, address, reason) => {
    const error = thrown(() => job(platform, undefined, { [variable]: address }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(new RegExp(`^${name}: ${variable} `))
    expect(error.message).toMatch(reason)
    expect(inspect(error)).not.toContain('S3cret-of-url')
  })

  test.each([undefined, '', ' '])('is unavailable where the address is %j, and names its variable', (address) => {
    const error = thrown(() => job(platform, undefined, { [variable]: address }))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toMatch(new RegExp(`^${name}: ${variable} is not set\\. Run it in a job of `))
  })

  test('takes white space around the address for no part of it, and http on loopback', async () => {
    const { credential, oidc } = job(platform, undefined, { [variable]: ` ${platform.address}\n` })
    await credential.getToken(scope)
    expect(oidc[0]?.url.startsWith(platform.address)).toBe(true)
    const local = job(platform, undefined, { [variable]: 'http://127.0.0.1:8080/oidc' })
    await local.credential.getToken(scope)
    expect(new URL(local.oidc[0]?.url ?? '').origin).toBe('http://127.0.0.1:8080')
  })
})

const [pipelines, gitHub] = platforms as [Platform, Platform]

test('Azure Pipelines is asked by POST, with the connection, its version, and no way to a sign-in page', async () => {
  const { credential, oidc } = job(pipelines)
  await credential.getToken(scope)
  const [{ url = '', method = '', headers = {} } = {}] = oidc
  expect(`${method} ${url}`).toBe(
    `POST ${pipelines.address}?api-version=7.1&serviceConnectionId=${serviceConnectionId}`,
  )
  expect(headers).toMatchObject({
    'Content-Type': 'application/json',
    Accept: 'application/json',
    Authorization: `Bearer ${recognisableSecret}`,
    'X-TFS-FedAuthRedirect': 'Suppress',
  })
})

test('a slash at the end of Azure Pipelines’ address is not part of it, and a hostile connection stays a value', async () => {
  const sent: string[] = []
  const credential = new AzurePipelinesCredential({
    ...{ tenantId, clientId, serviceConnectionId: 'a&api-version=1#b', systemAccessToken: recognisableSecret },
    fetch: (url) => {
      sent.push(url)
      return Response.json({ oidcToken: 'oidc', access_token: 'token', expires_in: 3600 })
    },
    host: { env: { SYSTEM_OIDCREQUESTURI: `${pipelines.address}/` } },
  })
  await credential.getToken(scope)
  expect(sent[0]).toBe(`${pipelines.address}?api-version=7.1&serviceConnectionId=a%26api-version%3D1%23b`)
})

test.each(['tenantId', 'clientId', 'serviceConnectionId', 'systemAccessToken'])(
  'AzurePipelinesCredential names the argument %s when it is missing, in either form',
  (missing) => {
    const bag = { tenantId, clientId, serviceConnectionId, systemAccessToken: recognisableSecret, [missing]: '' }
    for (const values of [[bag], Object.values(bag)]) {
      const error = thrown(() => Reflect.construct(AzurePipelinesCredential, values))
      expect(error).toBeInstanceOf(CredentialUnavailableError)
      expect(error.message).toContain(`AzurePipelinesCredential: ${missing} is a required parameter`)
      expect(inspect(error)).not.toContain(recognisableSecret)
    }
  },
)

test.each<[string, string, Env, string]>([
  ['the public cloud', AzureAuthorityHosts.AzurePublicCloud, {}, 'api://AzureADTokenExchange'],
  ['US Government', AzureAuthorityHosts.AzureGovernment, {}, 'api://AzureADTokenExchangeUSGov'],
  ['China', AzureAuthorityHosts.AzureChina, {}, 'api://AzureADTokenExchangeChina'],
  ['China, with a slash', `${AzureAuthorityHosts.AzureChina}/`, {}, 'api://AzureADTokenExchangeChina'],
  ['another authority', 'https://login.example', {}, 'api://AzureADTokenExchange'],
])('GitHub is asked by GET for the audience of %s', async (_, authorityHost, env, audience) => {
  for (const [given, variables] of [
    [{ authorityHost }, env],
    [{}, { AZURE_AUTHORITY_HOST: authorityHost }],
  ] as const) {
    const { credential, oidc } = job(gitHub, undefined, variables, given)
    await credential.getToken(scope)
    const [{ url = '', method = '', headers = {} } = {}] = oidc
    expect(method).toBe('GET')
    expect(url).toBe(`${gitHub.address}&audience=${encodeURIComponent(audience)}`)
    expect(headers.Authorization).toBe(`Bearer ${recognisableSecret}`)
  }
})

test.each<[string, Env, RegExp]>([
  ['its tenant', { AZURE_TENANT_ID: undefined }, /tenantId is a required parameter.*AZURE_TENANT_ID/],
  ['its client', { AZURE_CLIENT_ID: '' }, /clientId is a required parameter.*AZURE_CLIENT_ID/],
  [
    'its request token',
    { ACTIONS_ID_TOKEN_REQUEST_TOKEN: undefined },
    /ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set.*id-token: write/,
  ],
])('GitHubActionsCredential is unavailable without %s, and names the variable', (_, env, reason) => {
  const error = thrown(() => job(gitHub, undefined, env))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toMatch(reason)
})

test('the ids of GitHubActionsCredential may be options, and white space around a variable is not part of it', async () => {
  const env = { AZURE_TENANT_ID: ' other.example\n', AZURE_CLIENT_ID: `${clientId}\n` }
  const { credential, entra } = job(gitHub, undefined, env)
  await credential.getToken(scope)
  expect(entra[0]?.client_id).toBe(clientId)
  const options = { tenantId: 'mine.example', clientId: 'mine' }
  const other = job(gitHub, undefined, env, options as TokenCredentialOptions)
  await other.credential.getToken(scope)
  expect(other.entra[0]?.client_id).toBe('mine')
})

test('a request token of GitHub with a line break in it is refused without being shown', async () => {
  const error = thrown(() => job(gitHub, undefined, { ACTIONS_ID_TOKEN_REQUEST_TOKEN: `${recognisableSecret}\nX: y` }))
  expect(error.message).toContain('ACTIONS_ID_TOKEN_REQUEST_TOKEN')
  expect(inspect(error)).not.toContain(recognisableSecret)
})

describe('at the emulator', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  beforeEach(() => world.reset())
  afterAll(() => world.close())

  test('a wrong system access token and another connection are refused in words that say so', async () => {
    const { env } = world.emulator.pipelines({ serviceConnectionId, app: 'app' })
    for (const [connection, access, answer] of [
      [serviceConnectionId, recognisableSecret, 'HTTP 401\\.'],
      [clientId, env.SYSTEM_ACCESSTOKEN, `HTTP 404\\. The service connection ${clientId} is not one of this job\\.`],
    ] as const) {
      const options = world.options({ ...env })
      await using credential = new AzurePipelinesCredential(tenantId, clientId, connection, access as string, options)
      const error = await failure(credential.getToken(scope))
      expect(error.message).toMatch(
        new RegExp(`returned no OIDC token: ${answer} Check the id of the service connection`),
      )
    }
  })

  test('a workflow of another repository is refused by Entra ID, and its token is not shown', async () => {
    world.emulator.githubActions({ repository: 'octo/shop', ref: 'refs/heads/main', app: 'app' })
    const { env } = world.emulator.githubActions({ repository: 'evil/shop', ref: 'refs/heads/main' })
    const options = world.options({ AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, ...env })
    await using credential = new GitHubActionsCredential(options)
    const error = await failure(credential.getToken(scope))
    expect(error.message).toMatch(/AADSTS70021/)
    const assertion = world.emulator.requests.at(-1)?.form.client_assertion ?? ''
    expect(inspect([error, world.events], { depth: 10 })).not.toContain(assertion)
  })
})
