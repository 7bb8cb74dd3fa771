import {
  ClientSecretCredential,
  type ClientSecretCredentialOptions,
  DeviceCodeCredential,
  EnvironmentCredential,
  OnBehalfOfCredential,
} from 'entrada'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Transport } from '../../src/http/transport.ts'
import { parseAuthority } from '../../src/oauth/authority.ts'
import { clientId, failure, scope, tenantId } from '../world.ts'

const parse = (value: unknown): string => parseAuthority(value, 'X: authorityHost')

test.each([
  ['https://login.microsoftonline.com', 'https://login.microsoftonline.com'],
  ['https://login.microsoftonline.com/', 'https://login.microsoftonline.com'],
  ['https://login.microsoftonline.com//', 'https://login.microsoftonline.com'],
  [' https://login.microsoftonline.us ', 'https://login.microsoftonline.us'],
  ['HTTPS://LOGIN.chinacloudapi.CN', 'https://login.chinacloudapi.cn'],
  ['login.microsoftonline.com', 'https://login.microsoftonline.com'],
  ['https://sts.contoso.example:8443', 'https://sts.contoso.example:8443'],
  ['https://login.microsoftonline.com:443', 'https://login.microsoftonline.com'],
  ['http://localhost:8080', 'http://localhost:8080'],
  ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
])('%s is the authority %s', (value, origin) => {
  expect(parse(value)).toBe(origin)
})

test.each<[string, unknown, RegExp]>([
  ['http', 'http://login.microsoftonline.com', /must use https/],
  ['http to a look-alike of loopback', 'http://localhost.evil.com', /must use https/],
  ['http to a name that ends like loopback', 'http://evil-localhost', /must use https/],
  ['http to a link-local address', 'http://169.254.169.254', /must use https/],
  ['http to a mapped link-local address', 'http://[::ffff:169.254.169.254]', /must use https/],
  ['http to fe80', 'http://[fe80::1]', /must use https/],
  ['http to any address', 'http://0.0.0.0', /must use https/],
  ['http to a private address', 'http://10.0.0.1', /must use https/],
  ['ftp', 'ftp://login.microsoftonline.com', /must use https/],
  ['a file', 'file:///etc/passwd', /must use https/],
  ['a script', 'javascript://x/%0aalert(1)', /must use https/],
  ['ftp on loopback', 'ftp://localhost', /must use https/],
  ['a path', 'https://login.microsoftonline.com/some', /a path that is not its tenant/],
  ['a path of two segments', 'https://login.microsoftonline.com/common/v2.0', /a path that is not its tenant/],
  ['a path on a regional host', 'https://westus2.login.microsoft.com/x', /a path that is not its tenant/],
  ['a path on a host of China', 'https://login.partner.microsoftonline.cn/x', /a path that is not its tenant/],
  ['a path without a scheme', 'gateway.example/entra', /a path that is not its tenant/],
  ['a path with a hole', 'https://gateway.example//entra', /a path that is not its tenant/],
  ['a path with an escape', 'https://gateway.example/%2e%2e%2f', /a path that is not its tenant/],
  ['one slash for two', 'https:/evil.example', /a path that is not its tenant/],
  ['a path of dots', 'https://login.microsoftonline.com/%2e%2e/x', /a path that is not its tenant/],
  ['a query', 'https://login.microsoftonline.com?x=1', /a query or a fragment/],
  ['a fragment', 'https://login.microsoftonline.com#x', /a query or a fragment/],
  ['backslashes for slashes', 'https:\\\\evil.example', /a path that is not its tenant|not a URL/],
  ['a backslash before another host', 'https://login.microsoftonline.com\\@evil.example', /./],
  ['a user', 'https://login.microsoftonline.com@evil.example', /user name or password/],
  ['a user and a password', 'https://user:pa55word@evil.example', /user name or password/],
  ['a password in what is no URL', 'https://user:pa55word@evil.example:port', /user name or password/],
  ['a password without a scheme', 'user:pa55word@evil.example', /user name or password/],
  ['a port that is none', 'https://login.microsoftonline.com:99999', /not a URL/],
  ['a blank within', 'https://login microsoftonline.com', /not a URL/],
  ['a scheme alone', 'https://', /not a URL/],
  ['nothing', '', /not the address/],
  ['a blank', ' ', /not the address/],
  ['null', null, /not the address/],
  ['a number', 5, /not the address/],
  ['an object', { toString: () => 'https://evil.example' }, /not the address/],
])('%s is refused', (_, value, reason) => {
  expect(() => parse(value)).toThrow(TypeError)
  expect(() => parse(value)).toThrow(reason)
  expect(() => parse(value)).toThrow(/^X: authorityHost .*Use an https origin, such as https:\/\/login/)
  expect(() => parse(value)).not.toThrow(/pa55word/)
})

test.each([
  'http://emulator:8080',
  'http://172.18.0.3:8080',
  'http://host.docker.internal:8080',
  'http://login.tools.svc.cluster.local',
  'http://169.254.1.1',
])('%s is an authority only with allowInsecureConnection', (value) => {
  expect(() => parse(value)).toThrow(/must use https/)
  expect(parseAuthority(value, 'X', { allowInsecureConnection: true })).toBe(value)
})

test.each(['http://login.microsoftonline.com', 'http://metadata.google.internal', 'http://8.8.8.8', 'ftp://emulator'])(
  '%s is refused even with allowInsecureConnection',
  (value) => {
    expect(() => parseAuthority(value, 'X', { allowInsecureConnection: true })).toThrow(/must use https/)
  },
)

test('a credential takes an authority of this network by option and by variable with allowInsecureConnection', async () => {
  for (const options of [
    { authorityHost: 'http://emulator:8080' },
    { host: { env: { AZURE_AUTHORITY_HOST: 'http://emulator:8080' } } },
  ]) {
    let asked: string | undefined
    const fetch = async (url: string): Promise<Response> => {
      asked = url
      return Response.json({ access_token: 'T', token_type: 'Bearer', expires_in: 3600 })
    }
    expect(() => new ClientSecretCredential(tenantId, clientId, 's', { ...options, fetch })).toThrow(/must use https/)
    await using credential = new ClientSecretCredential(tenantId, clientId, 's', {
      ...options,
      fetch,
      allowInsecureConnection: true,
    })
    await credential.getToken(scope)
    expect(asked).toBe(`http://emulator:8080/${tenantId}/oauth2/v2.0/token`)
  }
})

test('a value of a megabyte is not repeated', () => {
  expect(() => parse(`http://${'x'.repeat(1 << 20)}`)).toThrow(TypeError)
  expect(thrown(() => parse(`http://a/${'x'.repeat(1 << 20)}`)).message.length).toBeLessThan(500)
})

test('a name in other letters is shown as what it is, so that a look-alike goes to no wrong place in silence', () => {
  expect(parse('https://login.microsоftonline.com')).toMatch(/^https:\/\/login\.xn--/)
})

test('what is accepted is https or http on loopback with a plain path at most, and nothing else comes out', () => {
  const piece = fc.constantFrom(
    'https://',
    'http://',
    'localhost',
    '127.0.0.1',
    '@',
    ':',
    '/',
    '\\',
    '?',
    '#',
    'evil',
    '.com',
    ' ',
    '%2f',
    '[::1]',
    '8080',
    '\t',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
      ),
      (value) => {
        let origin: string
        try {
          origin = parse(value)
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          return
        }
        const url = new URL(origin)
        expect(url.origin + (url.pathname === '/' ? '' : url.pathname)).toBe(origin)
        expect(origin).toMatch(/^https?:\/\/[^/]+(\/[\w.~-]+)*$/)
        expect(
          url.protocol === 'https:' ||
            /^(localhost\.?|.*\.localhost\.?|127\..*|\[::1\]|\[::ffff:7f.*\])$/.test(url.hostname),
        ).toBe(true)
      },
    ),
    { numRuns: 2000 },
  )
})

test.each<[string, ClientSecretCredentialOptions, string]>([
  [
    'option',
    { authorityHost: 'http://evil.example' },
    'ClientSecretCredential: authorityHost "http://evil.example" must',
  ],
  [
    'variable',
    { host: { env: { AZURE_AUTHORITY_HOST: 'http://evil.example' } } },
    'ClientSecretCredential: AZURE_AUTHORITY_HOST "http://evil.example" must',
  ],
])('the constructor refuses an http authority and names the %s', (_, options, start) => {
  const error = thrown(() => new ClientSecretCredential(tenantId, clientId, 'secret', options))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message.startsWith(start)).toBe(true)
})

test.each<[string, ClientSecretCredentialOptions, string]>([
  ['the public cloud', { host: { env: {} } }, 'https://login.microsoftonline.com'],
  [
    'AZURE_AUTHORITY_HOST',
    { host: { env: { AZURE_AUTHORITY_HOST: 'login.microsoftonline.us' } } },
    'https://login.microsoftonline.us',
  ],
  [
    'the public cloud for an empty variable',
    { host: { env: { AZURE_AUTHORITY_HOST: '' } } },
    'https://login.microsoftonline.com',
  ],
  [
    'the option over the variable',
    { authorityHost: 'https://login.chinacloudapi.cn', host: { env: { AZURE_AUTHORITY_HOST: 'http://bad' } } },
    'https://login.chinacloudapi.cn',
  ],
])('one POST goes to the token endpoint of %s, and no discovery before it', async (_, options, origin) => {
  const asked: string[] = []
  await using credential = new ClientSecretCredential(tenantId, clientId, 'secret', {
    ...options,
    fetch: (url, { method }) => {
      asked.push(`${method} ${url}`)
      return new Response('{"error":"x"}', { status: 400 })
    },
  })
  await failure(credential.getToken(scope))
  expect(asked).toEqual([`POST ${origin}/${tenantId}/oauth2/v2.0/token`])
})

const entra = 'https://login.microsoftonline.com'

test.each<[string, string]>([
  [`${entra}/${tenantId}`, entra],
  [`${entra}/${tenantId.toUpperCase()}/`, entra],
  [`${entra}/common`, entra],
  [`${entra}/organizations/`, entra],
  [`${entra}/Consumers`, entra],
  ['https://sts.contoso.example/adfs', 'https://sts.contoso.example'],
  [`login.microsoftonline.us/${tenantId}`, 'https://login.microsoftonline.us'],
  ['https://gateway.example/entra', 'https://gateway.example/entra'],
  ['https://gateway.example:8443/a/b.c/', 'https://gateway.example:8443/a/b.c'],
  [`https://gateway.example/${tenantId}`, 'https://gateway.example'],
  ['https://notmicrosoftonline.com/x', 'https://notmicrosoftonline.com/x'],
])('of %s, the part that is not a tenant is kept', (value, authority) => {
  expect(parseAuthority(value, 'X: authorityHost', { tenants: [tenantId, undefined] })).toBe(authority)
})

test("another tenant's authority is refused on a host of Microsoft's", () => {
  const other = '99999999-9999-4999-8999-999999999999'
  expect(() => parseAuthority(`${entra}/${other}`, 'X: authorityHost', { tenants: [tenantId] })).toThrow(
    /a path that is not its tenant/,
  )
})

/** Where the first request goes. */
async function firstRequest(
  make: (fetch: Transport) => { getToken(scopes: string): Promise<unknown> },
): Promise<string> {
  const asked: string[] = []
  const credential = make((url) => {
    asked.push(url)
    return new Response('{"error":"x"}', { status: 400 })
  })
  await failure(credential.getToken(scope))
  return asked[0] ?? ''
}

const withTenant = {
  AZURE_AUTHORITY_HOST: `${entra}/${tenantId}`,
  AZURE_TENANT_ID: tenantId,
  AZURE_CLIENT_ID: clientId,
}
const tokenPath = `/${tenantId}/oauth2/v2.0/token`
const gateway = 'https://gateway.example/entra'

test.each<[string, (fetch: Transport) => { getToken(scopes: string): Promise<unknown> }, string]>([
  [
    'the tenant as an argument',
    (fetch) => new ClientSecretCredential(tenantId, clientId, 's', { fetch, authorityHost: `${entra}/${tenantId}` }),
    entra + tokenPath,
  ],
  [
    'the tenant in the environment',
    (fetch) => new EnvironmentCredential({ fetch, host: { env: { ...withTenant, AZURE_CLIENT_SECRET: 's' } } }),
    entra + tokenPath,
  ],
  [
    'the tenant in a bag',
    (fetch) =>
      new OnBehalfOfCredential({
        ...{ tenantId, clientId, clientSecret: 's', userAssertionToken: 'a.b.c' },
        ...{ fetch, authorityHost: `${entra}/${tenantId}`, host: { env: {} } },
      }),
    entra + tokenPath,
  ],
  [
    'the tenant of a person',
    (fetch) => new DeviceCodeCredential({ fetch, tenantId, authorityHost: `${entra}/${tenantId}`, host: { env: {} } }),
    `${entra}/${tenantId}/oauth2/v2.0/devicecode`,
  ],
  [
    'a gateway before it',
    (fetch) => new ClientSecretCredential(tenantId, clientId, 's', { fetch, authorityHost: `${gateway}/` }),
    gateway + tokenPath,
  ],
  [
    'a gateway before AD FS',
    (fetch) => new ClientSecretCredential('adfs', clientId, 's', { fetch, authorityHost: gateway }),
    `${gateway}/adfs/.well-known/openid-configuration`,
  ],
])('the first request goes where it should with %s', async (_, make, expected) => {
  expect(await firstRequest(make)).toBe(expected)
})

test('AD FS behind a gateway has its token endpoint on the same origin', async () => {
  const asked: string[] = []
  const fetch: Transport = (url, { method }) => {
    asked.push(url)
    return method === 'GET'
      ? new Response('{"token_endpoint":"https://gateway.example/adfs/oauth2/token"}')
      : new Response('{"access_token":"T","expires_in":60}')
  }
  const credential = new ClientSecretCredential('adfs', clientId, 's', { fetch, authorityHost: gateway })
  expect((await credential.getToken(scope)).token).toBe('T')
  expect(asked[1]).toBe('https://gateway.example/adfs/oauth2/token')
})

test('stores file the tokens of two gateways on one host apart', async () => {
  const keys: (string | undefined)[] = []
  for (const authorityHost of [gateway, 'https://gateway.example/other', 'https://gateway.example']) {
    const tokenStore = {
      get: async ({ environment }: { environment: string }) => void keys.push(environment),
      set: async () => undefined,
      delete: async () => undefined,
      list: async () => [],
    }
    const fetch = () => new Response('{"access_token":"T","expires_in":60}')
    const options = { fetch, authorityHost, tokenStore, host: { env: {} } }
    await new ClientSecretCredential(tenantId, clientId, 's', options).getToken(scope)
  }
  expect(keys).toEqual(['gateway.example/entra', 'gateway.example/other', 'gateway.example'])
})

function thrown(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not throw')
}
