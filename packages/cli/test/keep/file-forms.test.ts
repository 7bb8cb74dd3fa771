import { expect, test } from 'vitest'
import { fileForm } from '../../src/keep/file-forms.ts'

test('raw is the token, without a line break', () => {
  expect(fileForm('raw', {})('token')).toBe('token')
})

test('pgpass names the server, and escapes what would end a field', () => {
  const recipient = { host: 'db.postgres.database.azure.com', user: 'ada@contoso.example' }
  expect(fileForm('pgpass', recipient)('a.b-c_d')).toBe(
    'db.postgres.database.azure.com:*:*:ada@contoso.example:a.b-c_d\n',
  )
  expect(fileForm('pgpass', { host: '::1', port: '5432', database: 'a\\b' })('t:t')).toBe(
    '\\:\\:1:5432:a\\\\b:*:t\\:t\n',
  )
})

test('netrc names the machine', () => {
  expect(fileForm('netrc', { host: 'dev.azure.com' })('token')).toBe(
    'machine dev.azure.com\nlogin token\npassword token\n',
  )
})

test('npmrc has the password of one registry, in base64', () => {
  const registry = 'https://pkgs.dev.azure.com/contoso/_packaging/feed/npm/registry'
  expect(fileForm('npmrc', { registry })('token').split('\n')).toEqual([
    '//pkgs.dev.azure.com/contoso/_packaging/feed/npm/registry/:username=entrada',
    '//pkgs.dev.azure.com/contoso/_packaging/feed/npm/registry/:_password=dG9rZW4=',
    expect.stringMatching(/registry\/:email=/),
    '',
  ])
})

test.for([
  ['pgpass', {}, 'keep: -o pgpass needs --host, the server that the password is for'],
  ['netrc', {}, 'keep: -o netrc needs --host, the machine that the password is for'],
  ['npmrc', {}, 'keep: -o npmrc needs --registry, the address of the registry'],
  ['npmrc', { registry: 'http://registry.example' }, 'keep: --registry must be an https address.'],
  ['npmrc', { registry: 'registry' }, 'keep: --registry must be an https address.'],
  ['netrc', { host: 'a b' }, 'keep: "a b" cannot stand in a netrc file'],
  ['netrc', { host: 'a', user: 'b\nmachine evil' }, 'cannot stand in a netrc file'],
  ['pgpass', { host: 'a\nb' }, 'cannot stand in a pgpass file'],
  ['npmrc', { registry: 'https://a.example', user: 'a b' }, 'cannot stand in a npmrc file'],
] as const)('%s with %j is refused: a token is for one place', ([form, recipient, words]) => {
  expect(() => fileForm(form, recipient)).toThrow(words)
})
