import {
  isProjected,
  type MsalDocument,
  msalDocumentName,
  msalDocumentText,
  readMsalDocument,
  readMsalRecord,
  removeMsalRecord,
  type TokenKey,
  type TokenRecord,
  writeMsalAccount,
  writeMsalRecord,
} from 'entrada/store'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tenantId } from '../app.ts'
import { homeAccountId } from './shared-cache.ts'

const environment = 'login.microsoftonline.com'
const clientId = 'Client-Id'
const scopes = 'https://storage.azure.com/.default https://storage.azure.com/user_impersonation'
const access: TokenKey = {
  kind: 'access',
  partition: homeAccountId,
  environment,
  clientId,
  realm: tenantId,
  target: scopes,
  cae: false,
}
const refresh: TokenKey = { kind: 'refresh', partition: homeAccountId, environment, clientId, cae: false }
const times = { cachedAt: 1_700_000_000_000, expiresAt: 1_700_003_600_000 }

function written(...records: TokenRecord[]): MsalDocument {
  const document: MsalDocument = new Map()
  for (const record of records) writeMsalRecord(document, record)
  return document
}

function parsed(text: string): MsalDocument {
  const document = readMsalDocument(text)
  if (!(document instanceof Map)) throw new Error(document.reason)
  return document
}

test('a record becomes an entry under the key that MSAL gives it, and comes back', () => {
  const record = { key: access, secret: 'AT', tokenType: 'Bearer' as const, ...times, refreshAt: 1_700_001_800_000 }
  const document = written(record)
  expect(JSON.parse(msalDocumentText(document))).toEqual({
    AccessToken: {
      [`${homeAccountId}-${environment}-accesstoken-client-id-${tenantId}-${scopes}`]: {
        home_account_id: homeAccountId,
        environment,
        client_id: clientId,
        credential_type: 'AccessToken',
        secret: 'AT',
        realm: tenantId,
        target: scopes,
        token_type: 'Bearer',
        cached_at: '1700000000',
        expires_on: '1700003600',
        extended_expires_on: '1700003600',
        refresh_on: '1700001800',
      },
    },
  })
  expect(readMsalRecord(parsed(msalDocumentText(document)), access)).toEqual(record)
})

test('a refresh token has no realm, and serves every tenant', () => {
  const document = written({ key: { ...refresh, realm: 'of-no-use' }, secret: 'RT', ...times })
  expect(JSON.parse(msalDocumentText(document)).RefreshToken).toEqual({
    [`${homeAccountId}-${environment}-refreshtoken-client-id--`]: {
      home_account_id: homeAccountId,
      environment,
      client_id: clientId,
      credential_type: 'RefreshToken',
      secret: 'RT',
      last_modification_time: '1700000000',
    },
  })
  expect(readMsalRecord(document, refresh)?.secret).toBe('RT')
})

test('an access token is found for fewer scopes than it has, in any order, and not for more', () => {
  const document = written({ key: access, secret: 'AT', ...times })
  const found = (target: string) => readMsalRecord(document, { ...access, target })?.secret
  expect(found(scopes.split(' ').reverse().join(' '))).toBe('AT')
  expect(found('https://storage.azure.com/.default')).toBe('AT')
  expect(found(`${scopes} https://vault.azure.net/.default`)).toBeUndefined()
})

test.each<[string, Partial<TokenKey>]>([
  ['account', { partition: `other.${tenantId}` }],
  ['tenant', { realm: 'other' }],
  ['client', { clientId: 'other' }],
  ['cloud', { environment: 'login.microsoftonline.us' }],
  ['kind', { kind: 'id' }],
  ['holder', { partition: 'app' }],
])('a token of one %s never answers for another', (_, other) => {
  const document = written({ key: access, secret: 'AT', ...times })
  expect(readMsalRecord(document, { ...access, ...other })).toBeUndefined()
})

test('the aliases of a cloud’s host are one', () => {
  const document = written({ key: { ...access, environment: 'login.windows.net' }, secret: 'AT', ...times })
  expect(readMsalRecord(document, access)?.secret).toBe('AT')
})

test('a new access token takes the place of those that would answer the same, and of no other', () => {
  const other = { ...access, target: 'https://vault.azure.net/.default' }
  const one = 'https://storage.azure.com/.default'
  const document = written(
    { key: access, secret: 'wide', ...times },
    { key: other, secret: 'other', ...times },
    { key: { ...access, target: one }, secret: 'new', ...times },
  )
  expect(readMsalRecord(document, { ...access, target: one })?.secret).toBe('new')
  expect(readMsalRecord(document, access)).toBeUndefined()
  expect(readMsalRecord(document, other)?.secret).toBe('other')
})

test('an entry of another library’s naming is written over, and keeps the fields that are not ours', () => {
  const given = { 'a-name-of-its-own': { ...entryOf(access, 'old'), refresh_on: '1', of_tomorrow: { deep: [1] } } }
  const document = parsed(JSON.stringify({ AccessToken: given }))
  writeMsalRecord(document, { key: access, secret: 'new', ...times })
  const { AccessToken } = JSON.parse(msalDocumentText(document))
  expect(Object.keys(AccessToken)).toEqual(['a-name-of-its-own'])
  expect(AccessToken['a-name-of-its-own']).toMatchObject({ secret: 'new', of_tomorrow: { deep: [1] } })
  // The old token's time to refresh is not the new one's.
  expect(AccessToken['a-name-of-its-own'].refresh_on).toBeUndefined()
})

test('an application’s own token has no account', () => {
  const key = { ...access, partition: 'app' }
  const document = written({ key, secret: 'AT', ...times })
  expect(readMsalRecord(document, key)?.secret).toBe('AT')
  // Python writes null.
  const nulled = parsed(JSON.stringify({ AccessToken: { x: { ...entryOf(access, 'AT'), home_account_id: null } } }))
  expect(readMsalRecord(nulled, key)?.secret).toBe('AT')
})

test.each<[string, TokenKey]>([
  ['an on-behalf-of record', { ...access, partition: 'oW2f5dZ1rQ0c3-Yx_0y5bQ8w1l2m3n4o5p6q7r8s9t0' }],
  ['an application’s refresh token', { ...refresh, partition: 'app' }],
  ['a managed identity', { ...access, partition: 'app', environment: 'managed identity' }],
  ['an account', { ...access, kind: 'account' }],
])('%s is never projected', (_, key) => {
  expect(isProjected(key)).toBe(false)
  const document = written({ key, secret: 'AT', ...times })
  expect(document.size).toBe(0)
  expect(readMsalRecord(document, key)).toBeUndefined()
  removeMsalRecord(document, key)
})

test('a token that proves possession is not written as a bearer’s', () => {
  expect(written({ key: access, secret: 'AT', tokenType: 'pop', ...times }).size).toBe(0)
})

test('a record is removed under every name it has', () => {
  const twice = { a: entryOf(access, 'one'), b: entryOf(access, 'two'), c: entryOf(refresh, 'x') }
  const document = parsed(JSON.stringify({ AccessToken: twice, RefreshToken: { d: entryOf(refresh, 'RT') } }))
  removeMsalRecord(document, access)
  removeMsalRecord(document, refresh)
  expect(Object.keys(JSON.parse(msalDocumentText(document)).AccessToken)).toEqual(['c'])
  expect(readMsalRecord(document, refresh)).toBeUndefined()
})

test('of several the one that lasts longest is given', () => {
  const [short, long] = ['1700000001', '1700009999'].map((expires_on) => ({
    ...entryOf(access, expires_on),
    expires_on,
  }))
  expect(readMsalRecord(parsed(JSON.stringify({ AccessToken: { short, long } })), access)?.secret).toBe('1700009999')
})

test('accounts are written as MSAL looks for them', () => {
  const document: MsalDocument = new Map()
  const who = { homeAccountId, environment, realm: tenantId, username: 'ada@x.example', localAccountId: 'oid' }
  writeMsalAccount(document, who)
  writeMsalAccount(document, { ...who, realm: 'adfs' })
  const { Account } = JSON.parse(msalDocumentText(document))
  expect(Account[`${homeAccountId}-${environment}-${tenantId}`]).toMatchObject({
    home_account_id: homeAccountId,
    local_account_id: 'oid',
    authority_type: 'MSSTS',
  })
  expect(Account[`${homeAccountId}-${environment}-adfs`].authority_type).toBe('ADFS')
})

test('revocable tokens and the others have a document each', () => {
  expect([true, false].map((cae) => msalDocumentName('msal.cache', cae))).toEqual([
    'msal.cache.cae',
    'msal.cache.nocae',
  ])
})

describe('a document of others', () => {
  test.each(['', ' \n', '\uFEFF', '\uFEFF{}', '{}'])('%j is empty', (text) => {
    expect(parsed(text).size).toBe(0)
  })

  test.each(['[]', 'null', '7', '"text"', '{', '{"a":1}x', '\u0001\u0000\u0000\u0000'])('%j is none', (text) => {
    expect(readMsalDocument(text)).toEqual({ reason: expect.stringMatching(/^it is (?:not JSON|not a JSON object)$/) })
  })

  test.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['a text', 'x'],
    ['entries that are none', { a: null, b: 1, c: [] }],
    ['entries without fields', { a: {} }],
    ['fields of other types', { a: { ...entryOf(access, 'AT'), secret: 5, expires_on: {}, environment: [] } }],
    ['a secret with a line break', { a: entryOf(access, 'a\nb') }],
    ['no times', { a: { ...entryOf(access, 'AT'), cached_at: null } }],
    ['a time beyond all times', { a: { ...entryOf(access, 'AT'), expires_on: '9'.repeat(30) } }],
  ])('with %s as a section gives no token, and can be written to', (_, section) => {
    const document = parsed(JSON.stringify({ AccessToken: section }))
    expect(readMsalRecord(document, access)).toBeUndefined()
    writeMsalRecord(document, { key: access, secret: 'new', ...times })
    expect(readMsalRecord(document, access)?.secret).toBe('new')
  })

  test('pollutes no prototype, and keeps what is named __proto__', () => {
    const text = `{"__proto__":{"x":1},"AccessToken":{"__proto__":${JSON.stringify(entryOf(access, 'AT'))}},"Account":{"constructor":{"__proto__":{"secret":"polluted"}}}}`
    const document = parsed(text)
    expect(readMsalRecord(document, access)?.secret).toBe('AT')
    writeMsalRecord(document, { key: access, secret: 'new', ...times })
    expect(({} as Record<string, unknown>).x).toBeUndefined()
    expect(({} as Record<string, unknown>).secret).toBeUndefined()
    const again = msalDocumentText(document)
    expect(again).toContain('"__proto__"')
    expect(Object.keys(JSON.parse(again))).toEqual(['__proto__', 'AccessToken', 'Account'])
    expect(readMsalRecord(parsed(again), access)?.secret).toBe('new')
  })

  test('keeps whatever else is in it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (others) => {
        const { RefreshToken: _, ...kept } = JSON.parse(JSON.stringify(others))
        const document = parsed(JSON.stringify(others))
        writeMsalRecord(document, { key: refresh, secret: 'RT', ...times })
        const { RefreshToken, ...rest } = JSON.parse(msalDocumentText(document))
        expect(JSON.stringify(rest)).toEqual(JSON.stringify(kept))
        expect(Object.keys(RefreshToken).length).toBeGreaterThan(0)
      }),
    )
  })
})

function entryOf(key: TokenKey, secret: string): Record<string, unknown> {
  const isAccess = key.kind === 'access'
  return {
    home_account_id: key.partition,
    environment: key.environment,
    client_id: key.clientId,
    credential_type: isAccess ? 'AccessToken' : 'RefreshToken',
    secret,
    ...(isAccess ? { realm: key.realm, target: key.target, cached_at: 1_700_000_000, expires_on: '1700003600' } : {}),
  }
}
