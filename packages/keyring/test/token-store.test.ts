import { KeyringError, openKeyringTokenStore } from '@entrada/keyring'
import { type TokenKey, type TokenRecord, type TokenStore, tokenStoreContract } from 'entrada/store'
import { describe, expect, test } from 'vitest'
import { entryOf, type SecretStore, secretStore, sharedEntry, systemWith } from './secret-store.ts'

/** MSAL's documents have whole seconds. */
const now = (): number => Date.UTC(2030, 0, 1)
const home = 'ada-object.contoso-tenant'
const environment = 'login.microsoftonline.com'

function openStore(store: SecretStore = secretStore(), platform?: string): Promise<TokenStore> {
  const { host } = systemWith(store, platform)
  return openKeyringTokenStore({ host: { ...host, now } })
}

/** Rules whose keys have no place in MSAL's format: an application's refresh token, a partition that is no account. */
const withoutPlace = [
  'distinguishes keys that differ in one field',
  'lists one partition and no other',
  'accepts a long token, and any string in a key',
]
const rules = tokenStoreContract(now)

describe.each(['linux', 'darwin', 'win32'])('on %s', (platform) => {
  test.each(rules.filter(({ name }) => !withoutPlace.includes(name)))('$name', async ({ run }) => {
    await run(await openStore(secretStore(), platform))
  })
})

test('each rule that is left out is one of the contract', () => {
  expect(rules.map(({ name }) => name)).toEqual(expect.arrayContaining(withoutPlace))
})

const key = (fields: Partial<TokenKey> = {}): TokenKey => ({
  ...{ kind: 'access', partition: home, environment, clientId: 'client', realm: 'tenant', target: 's', cae: false },
  ...fields,
})
const record = (secret: string, fields: Partial<TokenKey> = {}): TokenRecord => ({
  ...{ key: key(fields), secret, tokenType: 'Bearer', cachedAt: now(), expiresAt: now() + 3600_000 },
})
const signIn: TokenKey = { kind: 'refresh', partition: home, environment, clientId: 'client', cae: false }
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const account: TokenRecord = {
  key: { ...signIn, kind: 'account' },
  secret: base64url({ homeAccountId: home, tenantId: 'contoso-tenant', username: 'ada@contoso.example' }),
  cachedAt: now(),
  expiresAt: now() + 1,
}

test('keeps apart what differs in account, client, tenant, scopes or kind', async () => {
  const store = await openStore()
  const others: Partial<TokenKey>[] = [
    { partition: 'charles-object.contoso-tenant' },
    { partition: 'app' },
    { environment: 'login.chinacloudapi.cn' },
    { clientId: 'client2' },
    { realm: 'tenant2' },
    { target: 't' },
    { cae: true },
  ]
  await store.set(record('first'))
  for (const [index, other] of others.entries()) await store.set(record(`other-${index}`, other))
  expect((await store.get(key()))?.secret).toBe('first')
  for (const [index, other] of others.entries()) expect((await store.get(key(other)))?.secret).toBe(`other-${index}`)
  expect((await store.list(home)).map(({ secret }) => secret).sort()).toEqual([
    ...['first', 'other-2', 'other-3', 'other-4', 'other-5', 'other-6'],
  ])
})

test.each<[string, Partial<TokenKey>]>([
  ['an on-behalf-of token', { partition: 'f'.repeat(64) }],
  ['an application’s refresh token', { kind: 'refresh', partition: 'app' }],
  ['a managed identity’s token', { partition: 'app', environment: 'managed identity' }],
])('%s is never kept', async (_, fields) => {
  const secrets = secretStore()
  const store = await openStore(secrets)
  const before = new Map(secrets.texts)
  await store.set(record('not for others', fields))
  expect(await store.get(key(fields))).toBeUndefined()
  expect(secrets.texts).toEqual(before)
})

test.each([
  ['linux', [sharedEntry]],
  ['darwin', [entryOf('msal.cache.nocae'), entryOf('msal.cache.cae')]],
])('on %s, a sign-in is where other SDKs look for it, with and without revocable tokens', async (platform, places) => {
  const secrets = secretStore()
  const store = await openStore(secrets, platform)
  await store.set({ key: signIn, secret: 'refresh-1', cachedAt: now(), expiresAt: now() + 1 })
  await store.set(account)
  for (const place of places) {
    const { RefreshToken, Account } = JSON.parse(secrets.texts.get(place) ?? '')
    expect(Object.values(RefreshToken)).toMatchObject([{ secret: 'refresh-1', home_account_id: home, environment }])
    expect(Object.values(Account)).toMatchObject([
      { username: 'ada@contoso.example', realm: 'contoso-tenant', local_account_id: 'ada-object' },
    ])
  }
  expect((await store.get(signIn))?.secret).toBe('refresh-1')
  expect(JSON.parse(Buffer.from((await store.get(account.key))?.secret ?? '', 'base64url').toString())).toMatchObject({
    ...{ homeAccountId: home, clientId: 'client', tenantId: 'contoso-tenant', username: 'ada@contoso.example' },
  })
})

test('a refresh token that another library kept is good without a time, or with an old one', async () => {
  const secrets = secretStore()
  const store = await openStore(secrets, 'darwin')
  const entry = (secret: string, more: object = {}) => ({
    ...{ credential_type: 'RefreshToken', home_account_id: home, environment, client_id: 'client', secret, ...more },
  })
  const kept = (secret: string, more?: object) => JSON.stringify({ RefreshToken: { r: entry(secret, more) } })
  secrets.texts.set(entryOf('msal.cache.cae'), kept('of-another', { last_modification_time: '1600000000' }))
  expect(await store.get(signIn)).toMatchObject({ secret: 'of-another', expiresAt: now() + 90 * 86_400_000 })
  secrets.texts.set(entryOf('msal.cache.nocae'), kept('newer'))
  expect((await store.get(signIn))?.secret).toBe('newer')
})

test.each([
  ['not base64url', 'x'],
  ['another account', base64url({ homeAccountId: 'charles-object.contoso-tenant', username: 'charles' })],
  ['not an object', base64url([])],
])('an account whose record is %s is not written', async (_, secret) => {
  const secrets = secretStore()
  const store = await openStore(secrets)
  await store.set({ ...account, secret })
  expect([...secrets.texts.values()].join()).not.toContain('ccount')
})

test('who signs out of one client stays signed in with the others', async () => {
  const secrets = secretStore()
  const store = await openStore(secrets)
  for (const clientId of ['client', 'another']) {
    await store.set({ key: { ...signIn, clientId }, secret: `r-${clientId}`, cachedAt: now(), expiresAt: now() + 1 })
    await store.set({ ...account, key: { ...account.key, clientId } })
  }
  const listed = await store.list(home)
  expect(listed.map(({ key: { kind, clientId } }) => [kind, clientId])).toEqual([
    ...[
      ['refresh', 'client'],
      ['refresh', 'another'],
      ['account', 'client'],
      ['account', 'another'],
    ],
  ])
  const signOut = (client: string) =>
    Promise.all(listed.filter(({ key: { clientId } }) => clientId === client).map(({ key: own }) => store.delete(own)))
  await signOut('client')
  expect(await store.get(signIn)).toBeUndefined()
  expect(Object.keys(JSON.parse(secrets.texts.get(sharedEntry) ?? '').Account)).toHaveLength(1)
  await signOut('another')
  expect(JSON.parse(secrets.texts.get(sharedEntry) ?? '')).toMatchObject({ Account: {}, RefreshToken: {} })
})

test.each(['linux', 'darwin', 'win32'])('on %s, nothing is written where nothing changes', async (platform) => {
  const secrets = secretStore()
  const store = await openStore(secrets, platform)
  await store.set(record('first'))
  const { length } = secrets.saved
  await store.set(record('first'))
  await store.delete(key({ clientId: 'nobody' }))
  expect(secrets.saved).toHaveLength(length)
})

test('a keyring that can not be written rejects when the store is opened, not with the first token', async () => {
  const secrets = secretStore()
  secrets.fault.save = new Error('Cannot create an item in a locked collection')
  await expect(openStore(secrets)).rejects.toThrow(KeyringError)
})

test('a keyring that is locked later rejects what is asked then', async () => {
  const secrets = secretStore()
  const store = await openStore(secrets)
  secrets.fault.load = new Error('The prompt was dismissed')
  await expect(store.get(key())).rejects.toThrow(
    'libsecret cannot be used for msal.cache.nocae: The prompt was dismissed',
  )
  await expect(store.set(record('x'))).rejects.toThrow('Unlock the keyring')
  delete secrets.fault.load
  await store.set(record('y'))
  expect((await store.get(key()))?.secret).toBe('y')
})

test('a cache with a name of its own shares nothing with the others', async () => {
  const secrets = secretStore()
  const { host } = systemWith(secrets)
  const store = await openKeyringTokenStore({ name: 'mine', host: { ...host, now } })
  await store.set(record('first'))
  expect([...secrets.texts.keys()]).toEqual([entryOf('mine.nocae')])
})
