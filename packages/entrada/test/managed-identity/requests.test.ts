import { CredentialUnavailableError, ManagedIdentityCredential } from 'entrada'
import { describe, expect, test } from 'vitest'
import { thrown } from '../credentials/thrown.ts'
import { failure } from '../world.ts'
import {
  clientId,
  create,
  fakeFiles,
  header,
  type Kind,
  objectId,
  resource,
  resourceId,
  type Sent,
  standIn,
  start,
  tokenBody,
  variables,
} from './stand-in.ts'

const scope = `${resource}/.default`
const path = 'metadata/identity/oauth2/token'
const query = `resource=${encodeURIComponent(resource)}`

/** The requests of one call on a host. */
async function sentOn(kind: Kind, id: object = {}, env: Record<string, string> = {}): Promise<Sent[]> {
  const { fetch, sent } = standIn()
  await using credential = create({ ...variables[kind], ...env }, { ...id, fetch })
  expect(await credential.getToken(scope)).toMatchObject({ token: 'the-token', tokenType: 'Bearer' })
  return sent
}

test.each<[Kind, Sent]>([
  [
    'imds',
    {
      method: 'GET',
      url: `http://169.254.169.254/${path}?api-version=2018-02-01&${query}`,
      headers: { Metadata: 'true' },
    },
  ],
  [
    'app-service',
    {
      method: 'GET',
      url: `http://127.0.0.1:41000/msi/token?api-version=2019-08-01&${query}`,
      headers: { 'X-IDENTITY-HEADER': header },
    },
  ],
  [
    'service-fabric',
    {
      method: 'GET',
      url: `https://localhost:2377/${path}?api-version=2019-07-01-preview&${query}`,
      headers: { secret: header },
    },
  ],
  [
    'azure-arc',
    {
      method: 'GET',
      url: `http://127.0.0.1:40342/${path}?api-version=2020-06-01&${query}`,
      headers: { Metadata: 'true' },
    },
  ],
  [
    'machine-learning',
    {
      method: 'GET',
      url: `http://10.0.0.4:46808/MSI/auth?api-version=2017-09-01&${query}`,
      headers: { secret: header, Metadata: 'true' },
    },
  ],
  [
    'cloud-shell',
    {
      method: 'POST',
      url: 'http://localhost:50342/oauth2/token',
      headers: { Metadata: 'true', 'Content-Type': 'application/x-www-form-urlencoded' },
      body: query,
    },
  ],
])('%s gets the request of its protocol, once', async (kind, request) => {
  expect(await sentOn(kind)).toEqual([request])
})

test.each<[Kind, object, string, string]>([
  ['imds', { clientId }, 'client_id', clientId],
  ['imds', { objectId }, 'object_id', objectId],
  ['imds', { resourceId }, 'msi_res_id', resourceId],
  ['app-service', { clientId }, 'client_id', clientId],
  ['app-service', { objectId }, 'object_id', objectId],
  ['app-service', { resourceId }, 'mi_res_id', resourceId],
  ['machine-learning', { clientId }, 'clientid', clientId],
])('%s is asked for %j as %s', async (kind, id, name, value) => {
  const [plain] = await sentOn(kind)
  const [asked] = await sentOn(kind, id)
  const { searchParams } = new URL(asked?.url ?? '')
  expect(searchParams.getAll(name)).toEqual([value])
  searchParams.delete(name)
  expect([...searchParams]).toEqual([...new URL(plain?.url ?? '').searchParams])
})

test('the machine learning compute is asked for its usual identity, unless for another', async () => {
  const env = { DEFAULT_IDENTITY_CLIENT_ID: 'usual' }
  const idOf = ([sent]: Sent[]): string | null => new URL(sent?.url ?? '').searchParams.get('clientid')
  expect(idOf(await sentOn('machine-learning', {}, env))).toBe('usual')
  expect(idOf(await sentOn('machine-learning', { clientId }, env))).toBe(clientId)
  expect(idOf(await sentOn('machine-learning'))).toBeNull()
})

test('the parameters of an endpoint’s own URL stay', async () => {
  const [sent] = await sentOn('app-service', {}, { IDENTITY_ENDPOINT: 'http://localhost:1/token?site=a%20b' })
  expect(sent?.url).toBe(`http://localhost:1/token?site=a+b&api-version=2019-08-01&${query}`)
})

test.each([
  ['https://storage.azure.com/.default', 'https://storage.azure.com'],
  ['https://storage.azure.com//.default', 'https://storage.azure.com/'],
  ['https://storage.azure.com', 'https://storage.azure.com'],
  ['api://app/.default', 'api://app'],
  ['11111111-1111-4111-8111-111111111111', '11111111-1111-4111-8111-111111111111'],
  ['https://a.example/x.default', 'https://a.example/x.default'],
])('the scope %s is the resource %s', async (asked, expected) => {
  const { fetch, sent } = standIn({ body: tokenBody({ resource: undefined }) })
  await using credential = create(variables['app-service'], { fetch })
  await credential.getToken(asked)
  expect(new URL(sent[0]?.url ?? '').searchParams.get('resource')).toBe(expected)
})

test('several scopes are refused before any request, but the same one twice is one', async () => {
  const { fetch, sent } = standIn()
  await using credential = create(variables['app-service'], { fetch })
  const error = await failure(credential.getToken([scope, 'https://vault.azure.net/.default']))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toBe(
    'ManagedIdentityCredential: Multiple scopes are not supported. Scopes: https://storage.azure.com/.default, https://vault.azure.net/.default. Ask for one scope at a time.',
  )
  expect(sent).toEqual([])
  await credential.getToken([scope, scope])
  expect(sent).toHaveLength(1)
})

test('a tenant that is asked for changes nothing, and a bad one is refused', async () => {
  const { fetch, sent } = standIn()
  await using credential = create(variables['app-service'], { fetch })
  await credential.getToken(scope, { tenantId: 'contoso.onmicrosoft.com' })
  await credential.getToken(scope)
  await credential.getToken(scope, { tenantId: '22222222-2222-4222-8222-222222222222' })
  expect(sent).toHaveLength(1)
  expect(sent[0]?.url).not.toContain('contoso')
  expect(await failure(credential.getToken(scope, { tenantId: '../x' }))).toBeInstanceOf(TypeError)
})

describe('the constructor', () => {
  const idsSent = async (...args: unknown[]): Promise<string[]> => {
    const { fetch, sent } = standIn()
    const [first, second] = args as [never, never]
    const options = { fetch, host: { env: variables['app-service'], now: () => start } }
    await using credential =
      typeof first === 'string'
        ? new ManagedIdentityCredential(first, { ...options, ...(second as object) })
        : new ManagedIdentityCredential({ ...options, ...(first as object) })
    await credential.getToken(scope)
    const { searchParams } = new URL(sent[0]?.url ?? '')
    return ['client_id', 'object_id', 'mi_res_id'].filter((name) => searchParams.has(name))
  }

  test('takes the forms of @azure/identity', async () => {
    expect(await idsSent()).toEqual([])
    expect(await idsSent(clientId)).toEqual(['client_id'])
    expect(await idsSent({ clientId })).toEqual(['client_id'])
    expect(await idsSent({ objectId })).toEqual(['object_id'])
    expect(await idsSent({ resourceId })).toEqual(['mi_res_id'])
    expect(await idsSent({ clientId: undefined, objectId: '', resourceId })).toEqual(['mi_res_id'])
    expect(await idsSent('')).toEqual([])
    new ManagedIdentityCredential()
    new ManagedIdentityCredential(undefined)
  })

  test.each([
    [{ clientId, objectId }],
    [{ clientId, resourceId }],
    [{ objectId, resourceId }],
    [{ clientId, objectId, resourceId }],
  ])('refuses more than one id: %j', (ids) => {
    const error = thrown(() => new ManagedIdentityCredential(ids))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(
      /^ManagedIdentityCredential: only one of 'clientId', 'resourceId', or 'objectId' can be provided; \w+ and .* are\. Pass/,
    )
    expect(error.message).not.toContain(clientId)
  })

  test('refuses more than one id in two places', () => {
    expect(() => new ManagedIdentityCredential(clientId, { objectId } as never)).toThrow(/only one of/)
  })

  test.each([5, true, {}, [], 'a\nb', 'ä', 'x'.repeat(1025)])('refuses %j as an id', (value) => {
    for (const kind of ['clientId', 'objectId', 'resourceId']) {
      const error = thrown(() => new ManagedIdentityCredential({ [kind]: value } as never))
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toMatch(new RegExp(`^ManagedIdentityCredential: ${kind} is not an id`))
    }
  })

  test.each([5, true, () => undefined])('refuses %o as its argument', (argument) => {
    expect(() => new ManagedIdentityCredential(argument as never)).toThrow(
      /^ManagedIdentityCredential: options is .*; it must be an object/,
    )
    expect(() => new ManagedIdentityCredential(clientId, argument as never)).toThrow(TypeError)
  })

  test('takes no client id from the environment: the machine’s own identity is asked for', async () => {
    const [sent] = await sentOn('app-service', {}, { AZURE_CLIENT_ID: clientId })
    expect(sent?.url).not.toContain('client_id')
  })
})

describe('a host that cannot be asked for a user-assigned identity', () => {
  test.each<[Kind, object, RegExp]>([
    [
      'service-fabric',
      { clientId },
      /Service Fabric cannot be asked .* Leave clientId out, or unset AZURE_CLIENT_ID\.$/,
    ],
    ['service-fabric', { objectId }, /Leave objectId out/],
    ['service-fabric', { resourceId }, /Leave resourceId out/],
    ['azure-arc', { clientId }, /Azure Arc cannot be asked/],
    ['azure-arc', { objectId }, /Azure Arc cannot be asked/],
    ['azure-arc', { resourceId }, /Azure Arc cannot be asked/],
    ['cloud-shell', { clientId }, /Azure Cloud Shell cannot be asked/],
    ['cloud-shell', { objectId }, /Azure Cloud Shell cannot be asked/],
    ['cloud-shell', { resourceId }, /Azure Cloud Shell cannot be asked/],
    [
      'machine-learning',
      { objectId },
      /Azure Machine Learning cannot be asked for an identity by objectId\. Pass its clientId\.$/,
    ],
    ['machine-learning', { resourceId }, /by resourceId/],
  ])('%s says so of %j in the constructor', (kind, id, message) => {
    const { fetch, sent } = standIn()
    const error = thrown(() => create(variables[kind], { ...id, fetch }))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toMatch(/^ManagedIdentityCredential: /)
    expect(error.message).toMatch(message)
    expect(sent).toEqual([])
  })

  test('and is known only by its files, says so before any request', async () => {
    const { fetch, sent } = standIn()
    const files = fakeFiles({ '/opt/azcmagent/bin/himds': '' })
    await using credential = create({}, { clientId, fetch, host: { files } })
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toContain('Azure Arc cannot be asked')
    expect(sent).toEqual([])
  })
})

test('half a host’s variables make it unavailable, and no other host is guessed at', async () => {
  const { fetch, sent } = standIn()
  await using credential = create(
    { IDENTITY_ENDPOINT: 'http://localhost/token', MSI_ENDPOINT: 'http://localhost/msi' },
    { fetch },
  )
  const error = await failure(credential.getToken(scope))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toBe(
    'ManagedIdentityCredential: IDENTITY_ENDPOINT is set, but neither IDENTITY_HEADER (App Service) nor IMDS_ENDPOINT (Azure Arc) is. Set the missing variable, as the platform does, or unset IDENTITY_ENDPOINT.',
  )
  expect(sent).toEqual([])
})

const endpoints: readonly [Kind, string][] = [
  ['imds', 'AZURE_POD_IDENTITY_AUTHORITY_HOST'],
  ['app-service', 'IDENTITY_ENDPOINT'],
  ['service-fabric', 'IDENTITY_ENDPOINT'],
  ['azure-arc', 'IDENTITY_ENDPOINT'],
  ['machine-learning', 'MSI_ENDPOINT'],
  ['cloud-shell', 'MSI_ENDPOINT'],
]

describe.each(endpoints)('on %s, %s', (kind, variable) => {
  test.each([
    ['http to a public address', 'http://20.1.2.3/token'],
    ['http to a name', 'http://identity.example/token'],
    ['http to a name that looks like loopback', 'http://127.0.0.1.example/token'],
    ['http to a name that looks link-local', 'http://169.254.169.254.example/token'],
    ['http to a name that ends in localhost’s letters', 'http://notlocalhost.example/token'],
    ['http to a public address in decimal', 'http://335609347/token'],
    ['http to a public IPv6 address', 'http://[2001:db8::1]/token'],
    ['a user name', 'http://169.254.169.254@identity.example/token'],
    ['an empty user name', 'http://@127.0.0.1/token'],
    ['a user name and password', 'http://user:password@127.0.0.1/token'],
    ['a file', 'file:///etc/passwd'],
    ['a script', 'javascript:alert(1)'],
    ['another scheme', 'ftp://127.0.0.1/token'],
    ['no scheme', '127.0.0.1/token'],
    ['a line break', 'http://127.0.0.1/token\r\nHost: identity.example'],
    ['a tab', 'http://127.0.0.1/\ttoken'],
    ['a blank', 'http://127.0.0.1/to ken'],
    ['letters beyond ASCII', 'http://127.0.0.1/tökén'],
    ['a fragment', 'http://127.0.0.1/token#x'],
    ['a port that is none', 'http://127.0.0.1:99999/token'],
  ])('that is %s is refused before any request', async (_, value) => {
    const { fetch, sent } = standIn()
    await using credential = create({ ...variables[kind], [variable]: value }, { fetch })
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toMatch(
      new RegExp(`^ManagedIdentityCredential: ${variable} (?:is|has) .*${variable}|of Service Fabric is not https`),
    )
    expect(error.message).not.toMatch(/user:|password@|\n/)
    expect(sent).toEqual([])
  })
})

test.each([
  'http://127.0.0.1:1/token',
  'http://[::1]:1/token',
  'http://localhost:1/token',
  'http://169.254.130.3:8081/msi/token',
  'http://2852039166/token',
  'http://0x7f.1/token',
  'http://10.1.2.3/token',
  'http://172.16.0.1/token',
  'http://192.168.1.1/token',
  'http://100.64.1.1/token',
  'http://[fd00::1]/token',
])('plain http goes to %s', async (IDENTITY_ENDPOINT) => {
  expect((await sentOn('app-service', {}, { IDENTITY_ENDPOINT }))[0]?.url).toContain(new URL(IDENTITY_ENDPOINT).host)
})

test('https goes anywhere, and there is a warning where that is far', async () => {
  const warnings: string[] = []
  for (const host of ['identity.example', '10.0.0.1', 'localhost']) {
    const { fetch } = standIn()
    const onEvent = (event: object): void => void warnings.push((event as { message?: string }).message ?? '')
    const env = { ...variables['app-service'], IDENTITY_ENDPOINT: `https://${host}/token` }
    await using credential = create(env, { fetch, onEvent })
    await credential.getToken(scope)
  }
  expect(warnings.filter(Boolean)).toEqual([
    'the token endpoint is on identity.example, which is not on this machine or network.',
  ])
})

test.each<[Kind, string]>([
  ['app-service', 'IDENTITY_HEADER'],
  ['service-fabric', 'IDENTITY_HEADER'],
  ['machine-learning', 'MSI_SECRET'],
])('on %s, a %s that no header can carry is refused and not repeated', async (kind, variable) => {
  for (const value of ['a-secret\r\nHost: evil', 'a-secret\n\n', 'a-secrét', 'a-secret\0']) {
    const { fetch, sent } = standIn()
    await using credential = create({ ...variables[kind], [variable]: value }, { fetch })
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toMatch(
      new RegExp(`^ManagedIdentityCredential: ${variable} contains characters that a header cannot`),
    )
    expect(error.stack).not.toContain('a-secr')
    expect(sent).toEqual([])
  }
})

test.each<[Kind, Record<string, string>, string]>([
  [
    'app-service',
    { IDENTITY_HEADER: `${header}\r\n`, IDENTITY_ENDPOINT: 'http://127.0.0.1:41000/msi\r\n' },
    'X-IDENTITY-HEADER',
  ],
  ['service-fabric', { IDENTITY_HEADER: `${header}\n`, IDENTITY_SERVER_THUMBPRINT: `${'a'.repeat(40)}\n` }, 'secret'],
  ['machine-learning', { MSI_SECRET: `${header}\r`, MSI_ENDPOINT: ' http://10.0.0.4:46808/MSI/auth\t' }, 'secret'],
])('on %s, line breaks and blanks around a variable are not part of it', async (kind, env, name) => {
  const { fetch, sent } = standIn()
  await using credential = create({ ...variables[kind], ...env }, { fetch })
  await credential.getToken(scope)
  expect(sent[0]?.headers[name]).toBe(header)
})

test('an endpoint in quotation marks is reported', async () => {
  await using credential = create({ ...variables['app-service'], IDENTITY_ENDPOINT: '"http://127.0.0.1:41000/msi"' })
  expect((await failure(credential.getToken(scope))).message).toContain('IDENTITY_ENDPOINT is in quotation marks.')
})
