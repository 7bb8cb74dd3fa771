import { ClientSecretCredential, type ClientSecretCredentialOptions } from 'entrada'
import fc from 'fast-check'
import { expect, test } from 'vitest'
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
  ['a path', 'https://login.microsoftonline.com/common', /more than an origin/],
  ['a path of dots', 'https://login.microsoftonline.com/%2e%2e/x', /more than an origin/],
  ['a query', 'https://login.microsoftonline.com?x=1', /more than an origin/],
  ['a fragment', 'https://login.microsoftonline.com#x', /more than an origin/],
  ['backslashes for slashes', 'https:\\\\evil.example', /more than an origin|not a URL/],
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

test('a value of a megabyte is not repeated', () => {
  expect(() => parse(`http://${'x'.repeat(1 << 20)}`)).toThrow(TypeError)
  expect(thrown(() => parse(`http://a/${'x'.repeat(1 << 20)}`)).message.length).toBeLessThan(500)
})

test('a name in other letters is shown as what it is, so that a look-alike goes to no wrong place in silence', () => {
  expect(parse('https://login.microsоftonline.com')).toMatch(/^https:\/\/login\.xn--/)
})

test('what is accepted is an https origin or http on loopback, and nothing else comes out', () => {
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
        expect(url.origin).toBe(origin)
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

function thrown(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not throw')
}
