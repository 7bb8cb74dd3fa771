import { createPrivateKey } from 'node:crypto'
import { inspect } from 'node:util'
import {
  CredentialUnavailableError,
  DefaultAzureCredential,
  type EntradaEvent,
  EnvironmentCredential,
  type EnvironmentCredentialOptions,
} from 'entrada'
import { decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { makeCertificate, makePkcs12 } from '../certificates/make-certificate.ts'
import { withFile } from '../certificates/with-file.ts'
import { clientId, failure, otherTenantId, recognisableSecret, scope, tenantId } from '../world.ts'
import { thrown } from './thrown.ts'

const whole = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: recognisableSecret }

/** The credential of an environment, and the addresses and forms that it sends. */
function inEnvironment(env: Record<string, string | undefined>, options: EnvironmentCredentialOptions = {}) {
  const sent: [string, Record<string, string>][] = []
  const credential = new EnvironmentCredential({
    fetch: (url, { body }) => {
      sent.push([url, Object.fromEntries(new URLSearchParams(body))])
      return Response.json({ access_token: `token-${sent.length}`, expires_in: 3600 })
    },
    ...options,
    host: { env },
  })
  return { credential, sent }
}

test.each<[string, Record<string, string | undefined>, string]>([
  ['nothing', {}, 'AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are not set. Set them'],
  ['no tenant', { ...whole, AZURE_TENANT_ID: undefined }, 'AZURE_TENANT_ID is not set. Set it'],
  ['an empty client', { ...whole, AZURE_CLIENT_ID: '' }, 'AZURE_CLIENT_ID is empty. Set it'],
  ['a secret of blanks', { ...whole, AZURE_CLIENT_SECRET: ' \t\n' }, 'AZURE_CLIENT_SECRET is empty. Set it'],
  ['a tenant alone', { AZURE_TENANT_ID: tenantId }, 'AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are not set. Set them'],
  [
    'one empty and one unset',
    { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: '' },
    'AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are not set. Set them',
  ],
])('an environment with %s is unavailable, and says what is missing', async (_, env, message) => {
  const { credential, sent } = inEnvironment(env)
  const error = await failure(credential.getToken(scope))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toBe(`EnvironmentCredential: ${message}, or use another credential.`)
  expect(await failure(credential.getTokenInfo(scope))).toMatchObject({ message: error.message })
  expect(sent).toEqual([])
})

test('an environment that says nothing still checks its calls, and can be closed', async () => {
  const { credential } = inEnvironment({})
  expect(await failure(credential.getToken([]))).toBeInstanceOf(TypeError)
  expect((await failure(credential.getToken(scope, { abortSignal: AbortSignal.abort() }))).name).toBe('AbortError')
  await credential.close()
  expect((await failure(credential.getToken(scope))).message).toMatch(/^EnvironmentCredential is closed/)
})

test.each(['\r', '\n', '\r\n', ' ', '\t', '\ufeff'])('%j around an id is not part of it', async (blank) => {
  const env = { ...whole, AZURE_TENANT_ID: blank + tenantId + blank, AZURE_CLIENT_ID: blank + clientId + blank }
  const { credential, sent } = inEnvironment(env)
  await credential.getToken(scope)
  expect(sent[0]?.[0]).toContain(`/${tenantId}/`)
  expect(sent[0]?.[1]).toMatchObject({ client_id: clientId, client_secret: recognisableSecret })
})

test.each([
  ['secret\n', 'secret'],
  ['secret\r', 'secret'],
  ['secret\r\n', 'secret'],
  ['secret\n\n', 'secret\n'],
  ['secret\n\r', 'secret\n'],
  [' secret ', ' secret '],
  ['secret\t', 'secret\t'],
  ['"secret"', '"secret"'],
])(
  'the secret %j is sent as %j: one line break at its end is the file’s',
  async (AZURE_CLIENT_SECRET, client_secret) => {
    const { credential, sent } = inEnvironment({ ...whole, AZURE_CLIENT_SECRET })
    await credential.getToken(scope)
    expect(sent[0]?.[1]).toMatchObject({ client_secret })
  },
)

test('a password is read as a secret is, and a user name as an id', async () => {
  const env = { AZURE_CLIENT_ID: clientId, AZURE_USERNAME: ' ada@contoso.com\r\n', AZURE_PASSWORD: ' pass word \r\n' }
  const { credential, sent } = inEnvironment(env)
  await credential.getToken(scope)
  expect(sent[0]?.[1]).toMatchObject({ username: 'ada@contoso.com', password: ' pass word ' })
})

test.each<[string, Record<string, string>]>([
  ['AZURE_TENANT_ID', { AZURE_TENANT_ID: `"${tenantId}"` }],
  ['AZURE_CLIENT_ID', { AZURE_CLIENT_ID: `'${clientId}'` }],
  ['AZURE_CLIENT_ID', { AZURE_CLIENT_ID: `“${clientId}”` }],
  ['AZURE_CLIENT_CERTIFICATE_PATH', { AZURE_CLIENT_SECRET: '', AZURE_CLIENT_CERTIFICATE_PATH: '"/etc/app.pem"' }],
])('%s in quotation marks is reported', (name, env) => {
  expect(() => inEnvironment({ ...whole, ...env })).toThrow(
    `EnvironmentCredential: ${name} is in quotation marks. Remove them.`,
  )
})

test.each<[string, Record<string, string>, RegExp]>([
  ['a tenant that is a path', { AZURE_TENANT_ID: '../../evil' }, /AZURE_TENANT_ID "..\/..\/evil" cannot be a tenant/],
  ['a tenant of dots', { AZURE_TENANT_ID: '..' }, /AZURE_TENANT_ID/],
  ['a tenant with a query', { AZURE_TENANT_ID: 'a?b' }, /AZURE_TENANT_ID/],
  [
    'an http authority',
    { AZURE_AUTHORITY_HOST: 'http://login.microsoftonline.com' },
    /AZURE_AUTHORITY_HOST .*must use https/,
  ],
  ['an authority that is no URL', { AZURE_AUTHORITY_HOST: 'https://a b' }, /AZURE_AUTHORITY_HOST .*is not a URL/],
  [
    'allowed tenants between commas',
    { AZURE_ADDITIONALLY_ALLOWED_TENANTS: 'a,b' },
    /AZURE_ADDITIONALLY_ALLOWED_TENANTS "a,b"/,
  ],
])('%s is refused by the constructor', (_, env, reason) => {
  const error = thrown(() => inEnvironment({ ...whole, ...env }))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toMatch(reason)
  expect(error.message).toMatch(/^EnvironmentCredential: /)
})

test.each<[string, string, string[], boolean]>([
  ['the tenant', otherTenantId, [], true],
  ['the tenant in another case, between others', `a; ${otherTenantId.toUpperCase()} ;;b;`, [], true],
  ['any', '*', [], true],
  ['nothing', ' ; ', [], false],
  ['others', 'a;b', [], false],
])('AZURE_ADDITIONALLY_ALLOWED_TENANTS may name %s', async (_, value, _allowed, isAllowed) => {
  const { credential, sent } = inEnvironment({ ...whole, AZURE_ADDITIONALLY_ALLOWED_TENANTS: value })
  const result = await credential.getToken(scope, { tenantId: otherTenantId }).catch((error: Error) => error)
  expect(result instanceof Error).toBe(!isAllowed)
  expect(sent.map(([url]) => url.includes(otherTenantId))).toEqual(isAllowed ? [true] : [])
})

test('the option wins over AZURE_ADDITIONALLY_ALLOWED_TENANTS', async () => {
  const env = { ...whole, AZURE_ADDITIONALLY_ALLOWED_TENANTS: '*' }
  const { credential } = inEnvironment(env, { additionallyAllowedTenants: ['other'] })
  expect((await failure(credential.getToken(scope, { tenantId: otherTenantId }))).message).toContain('not configured')
})

test('AZURE_IDENTITY_DISABLE_MULTITENANTAUTH makes a call’s tenant count for nothing', async () => {
  const { credential, sent } = inEnvironment({ ...whole, AZURE_IDENTITY_DISABLE_MULTITENANTAUTH: 'true' })
  const { token } = await credential.getToken(scope, { tenantId: otherTenantId })
  expect((await credential.getToken(scope)).token).toBe(token)
  expect(sent.map(([url]) => url.split('/')[3])).toEqual([tenantId])
})

test('the environment is read once, at construction', async () => {
  const env: Record<string, string | undefined> = { ...whole }
  const { credential, sent } = inEnvironment(env)
  env.AZURE_CLIENT_SECRET = 'another'
  env.AZURE_AUTHORITY_HOST = 'http://evil.example'
  await credential.getToken(scope)
  expect(sent[0]?.[1].client_secret).toBe(recognisableSecret)
})

const ids = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId }
const made = makeCertificate()
const password = 'Pass~word-of-the-environment'
const encrypted = createPrivateKey(made.privateKey).export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: password,
}) as string

test.each<[string, string | Uint8Array, Record<string, string>]>([
  ['a PEM', made.pem, {}],
  ['an encrypted PEM', encrypted + made.certificate, { AZURE_CLIENT_CERTIFICATE_PASSWORD: password }],
  ['a PKCS#12', makePkcs12(made, password), { AZURE_CLIENT_CERTIFICATE_PASSWORD: password }],
  ['an empty password', made.pem, { AZURE_CLIENT_CERTIFICATE_PASSWORD: '' }],
])('AZURE_CLIENT_CERTIFICATE_PATH may name a file with %s', async (_, content, env) => {
  await withFile(content, async (path) => {
    const { credential, sent } = inEnvironment({ ...ids, AZURE_CLIENT_CERTIFICATE_PATH: ` ${path}\n`, ...env })
    await credential.getToken(scope)
    expect(sent[0]?.[1]).toMatchObject({ client_id: clientId, grant_type: 'client_credentials' })
    const header = decodeProtectedHeader(sent[0]?.[1].client_assertion ?? '')
    expect(header).toMatchObject({ alg: 'PS256' })
    expect(header).not.toHaveProperty('x5c')
  })
})

test.each<[string | undefined, boolean]>([
  ['true', true],
  ['TRUE', true],
  ['1', true],
  [' 1 ', true],
  ['false', false],
  ['0', false],
  ['yes', false],
  ['', false],
  [undefined, false],
])('AZURE_CLIENT_SEND_CERTIFICATE_CHAIN=%s decides about the chain', async (value, isSent) => {
  await withFile(made.pem, async (path) => {
    const env = { ...ids, AZURE_CLIENT_CERTIFICATE_PATH: path, AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: value }
    const { credential, sent } = inEnvironment(env)
    await credential.getToken(scope)
    expect('x5c' in decodeProtectedHeader(sent[0]?.[1].client_assertion ?? '')).toBe(isSent)
  })
})

test('a certificate of the environment that can’t be used is named under EnvironmentCredential, without its password', async () => {
  await withFile(encrypted + made.certificate, async (path) => {
    const env = { ...ids, AZURE_CLIENT_CERTIFICATE_PATH: path, AZURE_CLIENT_CERTIFICATE_PASSWORD: 'wrong-password' }
    const { credential, sent } = inEnvironment(env)
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toMatch(/^EnvironmentCredential: certificatePassword does not open the private key/)
    expect(inspect([error, credential], { depth: 10, showHidden: true })).not.toContain('wrong-password')
    expect(sent).toEqual([])
  })
})

const user = { AZURE_USERNAME: 'ada@contoso.example', AZURE_PASSWORD: password }

test('a user’s name and password sign in, with a warning that they are deprecated and without showing the password', async () => {
  const events: EntradaEvent[] = []
  const { credential, sent } = inEnvironment({ ...ids, ...user }, { onEvent: (event) => events.push(event) })
  const { token } = await credential.getToken(scope)
  expect((await credential.getToken([scope])).token).toBe(token)
  expect(await credential.getTokenInfo(scope)).toMatchObject({ token, credential: 'EnvironmentCredential' })
  expect(sent).toHaveLength(1)
  expect(sent[0]?.[0]).toContain(`/${tenantId}/`)
  expect(sent[0]?.[1]).toEqual({
    client_id: clientId,
    grant_type: 'password',
    username: 'ada@contoso.example',
    password,
    scope: `${scope} openid profile offline_access`,
  })
  const warnings = events.filter(({ type }) => type === 'warning')
  expect(warnings).toEqual([
    {
      type: 'warning',
      credential: 'EnvironmentCredential',
      message: expect.stringMatching(
        /AZURE_USERNAME and AZURE_PASSWORD are deprecated: .* Use a secret, a certificate/,
      ),
    },
  ])
  expect(inspect([credential, events], { depth: 10, showHidden: true })).not.toContain(password)
})

test('a user needs no tenant: theirs is found by their name', async () => {
  const { credential, sent } = inEnvironment({ AZURE_CLIENT_ID: clientId, ...user })
  await credential.getToken(scope)
  expect(sent[0]?.[0]).toBe('https://login.microsoftonline.com/organizations/oauth2/v2.0/token')
})

test('a server that repeats the password finds it taken out of the error', async () => {
  const description = `AADSTS50126: ${password} is wrong`
  const fetch = () => Response.json({ error: 'invalid_grant', error_description: description }, { status: 400 })
  const { credential } = inEnvironment({ ...ids, ...user }, { fetch })
  const error = await failure(credential.getToken(scope))
  expect(error.message).toContain('AADSTS50126: *** is wrong')
  expect(inspect(error, { depth: 10 })).not.toContain(password)
})

test.each<[string, Record<string, string>, string]>([
  [
    'a secret before all',
    { AZURE_CLIENT_SECRET: 's', AZURE_CLIENT_CERTIFICATE_PATH: '/absent', ...user },
    'client_secret',
  ],
  ['a secret before a user', { AZURE_CLIENT_SECRET: 's', ...user }, 'client_secret'],
  [
    'a user where the others are empty',
    { AZURE_CLIENT_SECRET: '', AZURE_CLIENT_CERTIFICATE_PATH: ' ', ...user },
    'password',
  ],
])('the environment is taken in order: %s', async (_, env, field) => {
  const { credential, sent } = inEnvironment({ ...ids, ...env })
  await credential.getToken(scope)
  const proofs = ['client_secret', 'client_assertion', 'password']
  expect(proofs.filter((name) => name in (sent[0]?.[1] ?? {}))).toEqual([field])
})

test('a certificate comes before a user, also where its file can’t be read', async () => {
  const { credential, sent } = inEnvironment({ ...ids, AZURE_CLIENT_CERTIFICATE_PATH: '/absent.pem', ...user })
  expect((await failure(credential.getToken(scope))).message).toContain('"/absent.pem" cannot be read (ENOENT)')
  expect(sent).toEqual([])
})

test.each<[string, Record<string, string>, string]>([
  [
    'a certificate without ids',
    { AZURE_CLIENT_CERTIFICATE_PATH: '/a.pem' },
    'AZURE_TENANT_ID and AZURE_CLIENT_ID are not set',
  ],
  ['a user without a password', { ...ids, AZURE_USERNAME: 'ada' }, 'AZURE_PASSWORD is not set'],
  ['a password without a user', { ...ids, AZURE_PASSWORD: 'p' }, 'AZURE_USERNAME is not set'],
  ['a user without a client', { AZURE_TENANT_ID: tenantId, ...user }, 'AZURE_CLIENT_ID is not set'],
  ['a user alone, who needs no tenant', { ...user }, 'AZURE_CLIENT_ID is not set'],
  ['a user with an empty password', { ...ids, AZURE_USERNAME: 'ada', AZURE_PASSWORD: '' }, 'AZURE_PASSWORD is empty'],
])('an environment with %s says what is missing', async (_, env, message) => {
  const { credential } = inEnvironment(env)
  const error = await failure(credential.getToken(scope))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toMatch(
    new RegExp(`^EnvironmentCredential: ${message}\\. Set (?:it|them), or use another credential`),
  )
})

test('the default chain signs in with the certificate of the environment', async () => {
  await withFile(made.pem, async (path) => {
    const env = { ...ids, AZURE_CLIENT_CERTIFICATE_PATH: path }
    const fetch = () => Response.json({ access_token: 'token', expires_in: 3600 })
    await using credential = new DefaultAzureCredential({ fetch, host: { env } })
    expect(await credential.getTokenInfo(scope)).toMatchObject({ token: 'token', credential: 'EnvironmentCredential' })
  })
})
