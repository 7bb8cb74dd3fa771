import { CredentialUnavailableError, EnvironmentCredential, type EnvironmentCredentialOptions } from 'entrada'
import { expect, test } from 'vitest'
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

test('white space around a value is not part of it', async () => {
  const padded = Object.fromEntries(Object.entries(whole).map(([name, value]) => [name, ` ${value}\r\n`]))
  const { credential, sent } = inEnvironment(padded)
  await credential.getToken(scope)
  expect(sent[0]?.[0]).toContain(`/${tenantId}/`)
  expect(sent[0]?.[1]).toMatchObject({ client_id: clientId, client_secret: recognisableSecret })
})

test.each<[string, Record<string, string>, RegExp]>([
  ['a tenant that is a path', { AZURE_TENANT_ID: '../../evil' }, /AZURE_TENANT_ID "..\/..\/evil" has characters/],
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
