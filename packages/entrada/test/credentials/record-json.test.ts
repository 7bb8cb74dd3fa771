import { deserializeAuthenticationRecord, serializeAuthenticationRecord } from 'entrada'
import { expect, test } from 'vitest'
import { thrown } from './thrown.ts'

const record = {
  authority: 'login.microsoftonline.com',
  homeAccountId: 'object.tenant',
  clientId: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
  tenantId: '11111111-1111-4111-8111-111111111111',
  username: 'ada@contoso.example',
}

test('a record goes to JSON and back, with its version, and with nothing else', () => {
  const json = serializeAuthenticationRecord({ ...record, secret: 'no' } as typeof record)
  expect(JSON.parse(json)).toEqual({ ...record, version: '1.0' })
  expect(deserializeAuthenticationRecord(json)).toEqual({ ...record, version: '1.0' })
})

test.each([
  [
    'Python',
    '{"authority": "login.microsoftonline.com", "clientId": "c", "homeAccountId": "o.t", "tenantId": "t", "username": "u", "version": "1.0"}',
  ],
  [
    '.NET',
    '{"username":"u","authority":"login.windows.net","homeAccountId":"o.t","tenantId":"t","clientId":"c","version":"1.0"}',
  ],
  [
    'Go',
    '{"authority":"https://login.microsoftonline.com/t","clientId":"c","homeAccountId":"o.t","tenantId":"t","username":"u","version":"1.0"}',
  ],
  [
    'JavaScript',
    '{"authority":"login.microsoftonline.com","homeAccountId":"o.t","tenantId":"t","username":"u","clientId":"c","version":"1.0"}',
  ],
  [
    'early Java',
    '{"authority":"login.microsoftonline.com","homeAccountId":"o.t","tenantId":"t","username":"u","clientId":"c"}',
  ],
])('the record of %s loads', (_, json) => {
  expect(deserializeAuthenticationRecord(json)).toMatchObject({ homeAccountId: 'o.t', clientId: 'c', version: '1.0' })
})

test.each<[string, unknown, RegExp]>([
  ['no JSON', 'record', /is not JSON\. Pass what/],
  ['no text', undefined, /is not JSON/],
  ['no object', '5', /is not an object/],
  ['null', 'null', /is not an object/],
  ['no account', JSON.stringify({ ...record, homeAccountId: undefined }), /has no usable homeAccountId/],
  ['a client that is a number', JSON.stringify({ ...record, clientId: 5 }), /has no usable clientId/],
  ['a name with a line break', JSON.stringify({ ...record, username: 'a\nb' }), /has no usable username/],
  ['a tenant that is a path', JSON.stringify({ ...record, tenantId: '../x' }), /tenantId .* cannot be a tenant/],
  ['an authority that is http', JSON.stringify({ ...record, authority: 'http://evil.example' }), /must use https/],
])('%s is not a record', (_, json, reason) => {
  const error = thrown(() => deserializeAuthenticationRecord(json as string))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toMatch(reason)
})

test('a record of another version is not taken for one', () => {
  const json = JSON.stringify({ ...record, version: '2.0' })
  expect(thrown(() => deserializeAuthenticationRecord(json)).message).toContain(
    'Unsupported AuthenticationRecord version "2.0"; 1.0 is supported.',
  )
})
