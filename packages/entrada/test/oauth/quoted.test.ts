import { inspect } from 'node:util'
import {
  AuthorizationCodeCredential,
  AzureCliCredential,
  ClientSecretCredential,
  EnvironmentCredential,
  InteractiveBrowserCredential,
  OnBehalfOfCredential,
  UsernamePasswordCredential,
  WorkloadIdentityCredential,
} from 'entrada'
import { describe, expect, test } from 'vitest'
import { quoted, quoteFor } from '../../src/runtime/quoted.ts'
import { clientId, failure, scope, tenantId } from '../world.ts'

describe('a message', () => {
  test.each([
    ['contoso.onmicrosoft.com', '"contoso.onmicrosoft.com"'],
    [tenantId, `"${tenantId}"`],
    ['a b', '"a b"'],
    ['a"b\r\n', '"a\\"b\\r\\n"'],
    ['', '""'],
    [`https://${'x'.repeat(200)}`, `"https://${'x'.repeat(92)}..."`],
    ['nineteen_characters', '"nineteen_characters"'],
    [5, '5'],
    [null, 'null'],
    [undefined, 'undefined'],
    [['a'], 'a list'],
    [{}, 'an object'],
    [() => 1, 'a function'],
  ])('shows %j as %s', (value, shown) => {
    expect(quoted(value)).toBe(shown)
  })

  test.each([
    ['a tilde', 'AbC8Q~x'],
    ['the beginning of a JWT', 'eyJhbGciOiJub25lIn0.e30.'],
    ['the beginning of PEM', '-----BEGIN PRIVATE KEY-----\nabc'],
    ['blanks before it', '  eyJ0'],
    ['twenty characters without a dot, a hyphen, a slash or a colon', 'twenty_characters_ok'],
  ])('describes what has %s', (_, value) => {
    expect(quoted(value)).toBe(`(${value.length} characters that could be a secret)`)
  })

  test('describes what the credential holds, or a variable whose name says that it is a secret', () => {
    const env = { APP_PASSWORD: 'from-env', AZURE_TENANT_ID: 'tenant', AZURE_FEDERATED_TOKEN_FILE: '/var/run/token' }
    const quote = quoteFor(['own-secret', undefined], env)
    for (const secret of ['own-secret', ' own-secret ', 'from-env']) expect(quote(secret)).not.toContain(secret.trim())
    for (const value of ['tenant', '/var/run/token', 'own-secre']) expect(quote(value)).toBe(`"${value}"`)
  })
})

/** In the words of nobody's id: a secret of a shape that only comparing finds, and one that its shape gives away. */
const plain = 'p4ss/word'
const marked = 'AbC8Q~secret_value~1234'
const host = { env: {} }
const browser = (options: object) => new InteractiveBrowserCredential({ host, ...options })

test.each<[string, string, () => unknown]>([
  ['tenantId', marked, () => new ClientSecretCredential(marked, clientId, 's', { host })],
  ['tenantId that is the secret too', plain, () => new ClientSecretCredential(plain, clientId, plain, { host })],
  ['authorityHost', marked, () => new ClientSecretCredential(tenantId, clientId, 's', { host, authorityHost: marked })],
  [
    'authorityHost that is the secret',
    'p4ss word',
    () => new ClientSecretCredential(tenantId, clientId, 'p4ss word', { host, authorityHost: 'p4ss word' }),
  ],
  [
    'authorityHost that is the password',
    'p4ss word',
    () => new UsernamePasswordCredential(tenantId, clientId, 'ada', 'p4ss word', { host, authorityHost: 'p4ss word' }),
  ],
  [
    'the tenant of a call',
    marked,
    () => new ClientSecretCredential(tenantId, clientId, 's', { host }).getToken(scope, { tenantId: marked }),
  ],
  [
    'the tenant of a call that is the secret, and could be a tenant',
    'p4ss.word',
    () =>
      new ClientSecretCredential(tenantId, clientId, 'p4ss.word', { host }).getToken(scope, { tenantId: 'p4ss.word' }),
  ],
  ['scope', `${marked}"`, () => new ClientSecretCredential(tenantId, clientId, 's', { host }).getToken(`${marked}"`)],
  [
    'scope that is the secret',
    'p4ss"word',
    () => new ClientSecretCredential(tenantId, clientId, 'p4ss"word', { host }).getToken('p4ss"word'),
  ],
  [
    'AZURE_TENANT_ID that is AZURE_CLIENT_SECRET',
    plain,
    () =>
      new EnvironmentCredential({
        host: { env: { AZURE_TENANT_ID: plain, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: plain } },
      }),
  ],
  [
    'the file of a token that is the token',
    'eyJhbGciOiJub25lIn0.e30.c2ln',
    () =>
      new WorkloadIdentityCredential({
        host,
        tenantId,
        clientId,
        tokenFilePath: 'eyJhbGciOiJub25lIn0.e30.c2ln',
      }).getToken(scope),
  ],
  ['redirectUri', `https://h/?${marked}`, () => browser({ redirectUri: `https://h/?${marked}` })],
  [
    'a code as tenant',
    '0.AX~code',
    () => new AuthorizationCodeCredential('0.AX~code', clientId, 'code', 'http://localhost', { host }),
  ],
  [
    'a user assertion as tenant',
    'eyJ0.x.y',
    () =>
      new OnBehalfOfCredential({
        tenantId: 'eyJ0.x.y/',
        clientId,
        clientSecret: 's',
        userAssertionToken: 'a.b.c',
        host,
      }),
  ],
  ['subscription', `${marked};`, () => new AzureCliCredential({ subscription: `${marked};`, host })],
  ['an option', marked, () => new ClientSecretCredential(tenantId, clientId, 's', { host, fetch: marked as never })],
  [
    'AZURE_REGIONAL_AUTHORITY_NAME',
    marked,
    () =>
      new ClientSecretCredential(tenantId, clientId, 's', {
        host: { env: { AZURE_REGIONAL_AUTHORITY_NAME: marked } },
      }).getToken(scope),
  ],
])('a secret given in a wrong place is not repeated: %s', async (_, secret, provoke) => {
  const error = await failure((async () => provoke())())
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret)
  expect(error.message).toMatch(/could be a secret/)
})
