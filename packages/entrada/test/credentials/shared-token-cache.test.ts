import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SharedTokenCacheCredential, type SharedTokenCacheCredentialOptions } from 'entrada'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type Document,
  developerClientId,
  homeAccountId,
  homeWith,
  signedIn,
  temporaryFolder,
  together,
} from '../msal/shared-cache.ts'
import { createWorld, failure, otherTenantId, scope, tenantId, until, user, type World } from '../world.ts'

const grace = { objectId: '66666666-6666-4666-8666-666666666666', username: 'grace@contoso.onmicrosoft.com' }

let world: World
let ada: string

beforeAll(async () => {
  world = await createWorld()
  ada = world.developerRefreshToken
})
beforeEach(() => world.reset())
afterAll(() => world.close())

/** A credential of a home folder with this document in it. */
function credentialOf(
  document: unknown,
  options: SharedTokenCacheCredentialOptions = {},
  name = 'msal.cache.nocae',
): { credential: SharedTokenCacheCredential; path: string } {
  const { home, path } = homeWith(document, name)
  const own = world.options({ HOME: home })
  const host = { ...own.host, platform: 'linux', ...options.host }
  return { credential: new SharedTokenCacheCredential({ ...own, ...options, host }), path }
}

function documentAt(path: string): Document {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function onlyEntry(document: Document, section: string): Record<string, unknown> {
  const entries = Object.values(document[section] ?? {})
  expect(entries).toHaveLength(1)
  return entries[0] as Record<string, unknown>
}

test('buys a token with the refresh token of the one account that has signed in', async () => {
  const { credential } = credentialOf(signedIn(world.emulator, ada))
  const { token } = await credential.getToken(scope)
  const [, claims = ''] = token.split('.')
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ oid: user.objectId, tid: tenantId })
  expect(world.emulator.requests.at(-1)).toMatchObject({
    path: '/organizations/oauth2/v2.0/token',
    form: { grant_type: 'refresh_token', client_id: developerClientId, refresh_token: ada },
  })
  await credential.close()
})

test('puts the new refresh token in the old one’s place, and keeps all that it does not know', async () => {
  const given = together(signedIn(world.emulator, ada), {
    AppMetadata: { x: { client_id: developerClientId, family_id: '1', of_tomorrow: [1, { deep: true }] } },
    NotOfOurTime: { y: { z: 1 } },
  })
  const key = Object.keys(given.RefreshToken ?? {})[0] as string
  Object.assign(given.RefreshToken?.[key] as object, { last_app: 'another tool', nothing: null })
  const { credential, path } = credentialOf(given)
  const { token, expiresOnTimestamp } = await credential.getToken(scope)
  await credential.close()

  const written = documentAt(path)
  const { secret, last_modification_time: changed, ...rest } = written.RefreshToken?.[key] ?? {}
  const { secret: _, last_modification_time: __, ...before } = given.RefreshToken?.[key] ?? {}
  expect(rest).toEqual(before)
  expect(secret).not.toBe(ada)
  expect(changed).toMatch(/^\d{10}$/)
  expect(Object.keys(written.RefreshToken ?? {})).toEqual([key])
  expect({ ...written, AccessToken: undefined, RefreshToken: undefined }).toEqual({ ...given, RefreshToken: undefined })
  expect(onlyEntry(written, 'AccessToken')).toMatchObject({
    credential_type: 'AccessToken',
    secret: token,
    home_account_id: homeAccountId,
    client_id: developerClientId,
    realm: tenantId,
    target: scope,
    token_type: 'Bearer',
    expires_on: String(Math.floor(expiresOnTimestamp / 1000)),
  })
})

test('a second process finds the access token that the first one left, and asks nobody', async () => {
  const { credential, path } = credentialOf(signedIn(world.emulator, ada))
  const first = await credential.getToken(scope)
  await credential.close()
  await using second = credentialOf(documentAt(path)).credential
  expect((await second.getToken(scope)).token).toBe(first.token)
  expect(world.tokenRequests()).toBe(1)
})

test('takes no access token from the cache that lasts no longer than five minutes, or for claims', async () => {
  const { credential, path } = credentialOf(signedIn(world.emulator, ada))
  const first = await credential.getToken(scope)
  await credential.close()
  const left = documentAt(path)
  await using challenged = credentialOf(left).credential
  expect((await challenged.getToken(scope, { claims: '{"access_token":{}}' })).token).not.toBe(first.token)
  const entry = onlyEntry(left, 'AccessToken')
  entry.expires_on = String(Math.floor(world.emulator.clock.now() / 1000) + 299)
  await using late = credentialOf(left).credential
  expect((await late.getToken(scope)).token).not.toBe(first.token)
  expect(world.tokenRequests()).toBe(3)
})

test.each<[string, (entry: Record<string, unknown>) => void]>([
  ['another account', (entry) => Object.assign(entry, { home_account_id: `other.${tenantId}` })],
  ['another tenant', (entry) => Object.assign(entry, { realm: otherTenantId })],
  ['another client', (entry) => Object.assign(entry, { client_id: 'other' })],
  ['another cloud', (entry) => Object.assign(entry, { environment: 'login.microsoftonline.us' })],
  ['other scopes', (entry) => Object.assign(entry, { target: 'https://vault.azure.net/.default' })],
  ['proof of possession', (entry) => Object.assign(entry, { token_type: 'pop' })],
  ['a key', (entry) => Object.assign(entry, { key_id: 'k' })],
  ['an assertion', (entry) => Object.assign(entry, { userAssertionHash: 'h' })],
])('takes no access token of %s from the cache', async (_, change) => {
  const { credential, path } = credentialOf(signedIn(world.emulator, ada))
  await credential.getToken(scope)
  await credential.close()
  const left = documentAt(path)
  change(onlyEntry(left, 'AccessToken'))
  await using next = credentialOf(left).credential
  await next.getToken(scope)
  expect(world.tokenRequests()).toBe(2)
})

test('keeps revocable tokens in a document of their own', async () => {
  const { home } = homeWith(signedIn(world.emulator, ada))
  writeFileSync(join(home, '.IdentityService', 'msal.cache.cae'), JSON.stringify(signedIn(world.emulator, ada)))
  const own = world.options({ HOME: home })
  const options = { ...own, host: { ...own.host, platform: 'linux' } }
  const credential = new SharedTokenCacheCredential(options)
  const revocable = await credential.getToken(scope, { enableCae: true })
  const plain = await credential.getToken(scope)
  await credential.close()
  const secrets = ['cae', 'nocae'].map((kind) => {
    return onlyEntry(documentAt(join(home, '.IdentityService', `msal.cache.${kind}`)), 'AccessToken').secret
  })
  expect(secrets).toEqual([revocable.token, plain.token])
})

test('finds the account in the document of the other kind, and leaves no access token of the wrong kind there', async () => {
  const { credential, path } = credentialOf(signedIn(world.emulator, ada))
  await credential.getToken(scope, { enableCae: true })
  await credential.close()
  const written = documentAt(path)
  expect(written.AccessToken).toBeUndefined()
  expect(onlyEntry(written, 'RefreshToken').secret).not.toBe(ada)
})

test('takes no access token of the other kind', async () => {
  const { credential, path } = credentialOf(signedIn(world.emulator, ada))
  const plain = await credential.getToken(scope)
  await credential.close()
  await using next = credentialOf(documentAt(path)).credential
  expect((await next.getToken(scope, { enableCae: true })).token).not.toBe(plain.token)
  await using byPath = new SharedTokenCacheCredential({ ...world.options({}), cachePath: path })
  expect((await byPath.getToken(scope, { enableCae: true })).token).not.toBe(plain.token)
  expect(world.tokenRequests()).toBe(3)
})

test('reads a file whose path is given, such as a tool’s own', async () => {
  const { path } = homeWith(signedIn(world.emulator, ada, { family: '' }), 'msal_token_cache.json')
  await using credential = new SharedTokenCacheCredential(user.username, { ...world.options({}), cachePath: path })
  expect((await credential.getTokenInfo(scope)).credential).toBe('SharedTokenCacheCredential')
})

test('redeems a family’s refresh token as another of the family, and an orphan’s as nobody', async () => {
  const ofAnother = { clientId: '872cd9fa-d31f-45e0-9eab-6e460a02d1f1' }
  const { credential } = credentialOf(signedIn(world.emulator, ada, ofAnother))
  await credential.getToken(scope)
  expect(world.emulator.requests.at(-1)?.form.client_id).toBe(developerClientId)
  await credential.close()
  await using orphan = credentialOf(signedIn(world.emulator, ada, { ...ofAnother, family: '' })).credential
  expect((await failure(orphan.getToken(scope))).message).toContain('no account has signed in')
})

test('prefers the newest refresh token, and tries no other when it is refused', async () => {
  const document = signedIn(world.emulator, ada)
  const [key, entry] = Object.entries(document.RefreshToken ?? {})[0] as [string, object]
  const newer = { ...entry, secret: '1.A.newer-and-worthless', last_modification_time: '1800000000' }
  const { credential } = credentialOf({ ...document, RefreshToken: { ...document.RefreshToken, [`${key}x`]: newer } })
  const error = await failure(credential.getToken(scope))
  expect(error).toMatchObject({ name: 'AuthenticationError', errorResponse: { error: 'invalid_request' } })
  expect(error.message).not.toContain('newer-and-worthless')
  expect(world.tokenRequests()).toBe(1)
  await credential.close()
})

test.each([
  ['login.windows.net', 'https://login.microsoftonline.com'],
  ['sts.windows.net', 'https://login.microsoftonline.com'],
  ['login.microsoftonline.com', 'https://login.windows.net'],
  ['login.partner.microsoftonline.cn', 'https://login.chinacloudapi.cn'],
  ['login.usgovcloudapi.net', 'https://login.microsoftonline.us'],
])('finds an account of %s for the authority %s', async (environment, authorityHost) => {
  const asked: string[] = []
  const answer = (url: string) => {
    asked.push(url)
    return { status: 400, headers: { get: () => null }, text: async () => '{"error":"invalid_grant"}' }
  }
  const document = signedIn(world.emulator, ada, { environment })
  await using credential = credentialOf(document, { authorityHost, fetch: answer }).credential
  expect((await failure(credential.getToken(scope))).name).toBe('AuthenticationError')
  expect(asked).toEqual([`${authorityHost}/organizations/oauth2/v2.0/token`])
})

test('finds no account of another cloud', async () => {
  const document = signedIn(world.emulator, ada, { environment: 'login.microsoftonline.us' })
  await using credential = credentialOf(document, { authorityHost: 'https://login.microsoftonline.com' }).credential
  expect((await failure(credential.getToken(scope))).message).toContain('no account has signed in')
})

const both = () => together(signedIn(world.emulator, ada), signedIn(world.emulator, '1.A.of-grace', { who: grace }))
const adaShown = `(username ${user.username}, tenant ${tenantId})`
const graceShown = `(username ${grace.username}, tenant ${tenantId})`

test.each<[string, () => unknown, SharedTokenCacheCredentialOptions, RegExp | string]>([
  ['an empty document', () => ({ Account: {} }), {}, 'no account has signed in ('],
  ['accounts without refresh tokens', () => ({ ...both(), RefreshToken: {} }), {}, 'no account has signed in ('],
  ['several accounts', both, {}, `several accounts match: ${adaShown}, ${graceShown}. Pass username`],
  [
    'nobody of that name',
    both,
    { username: 'x@y.z' },
    `matches username x@y.z; the cache has: ${adaShown}, ${graceShown}.`,
  ],
  [
    'nobody of that tenant',
    both,
    { tenantId: otherTenantId },
    `no account matches tenant ${otherTenantId}; the cache has:`,
  ],
  ['several of that tenant', both, { tenantId }, `several accounts match tenant ${tenantId}: ${adaShown}`],
])('is unavailable with %s, and says what there is', async (_, document, options, words) => {
  await using credential = credentialOf(document(), options).credential
  const error = await failure(credential.getToken(scope))
  expect(error.name).toBe('CredentialUnavailableError')
  expect(error.message).toMatch(words)
  expect(error.message).toContain('SharedTokenCacheCredential: ')
  expect(error.message).not.toContain(ada)
  expect(world.emulator.requests).toHaveLength(0)
})

test.each<[string, SharedTokenCacheCredentialOptions]>([
  ['name, in another case', { username: user.username.toUpperCase() }],
  [
    'record',
    { authenticationRecord: { ...user, authority: '', homeAccountId, clientId: developerClientId, tenantId } },
  ],
])('picks the account by its %s', async (_, options) => {
  const record = options.authenticationRecord && { ...options.authenticationRecord, authority: world.emulator.url }
  const { credential } = credentialOf(both(), record === undefined ? options : { authenticationRecord: record })
  await credential.getToken(scope)
  expect(world.emulator.requests.at(-1)?.form.refresh_token).toBe(ada)
  await credential.close()
})

test('is unavailable where there is no cache, and works once somebody has signed in', async () => {
  const { home, path } = homeWith('', 'another')
  const own = world.options({ HOME: home })
  await using credential = new SharedTokenCacheCredential({ ...own, host: { ...own.host, platform: 'linux' } })
  const { message, name } = await failure(credential.getToken(scope))
  expect([name, message]).toEqual([
    'CredentialUnavailableError',
    `SharedTokenCacheCredential: no account has signed in (${home}/.IdentityService/msal.cache.nocae, ${home}/.IdentityService/msal.cache.cae). Sign in with a developer tool that shares its cache, or pass cachePath.`,
  ])
  writeFileSync(join(dirname(path), 'msal.cache.nocae'), JSON.stringify(signedIn(world.emulator, ada)))
  expect((await credential.getToken(scope)).token).toBeTruthy()
})

test('stays with the account that it has used: another one that signs in is another identity', async () => {
  const { credential, path } = credentialOf(signedIn(world.emulator, ada))
  await credential.getToken(scope)
  await until(() => onlyEntry(documentAt(path), 'RefreshToken').secret !== ada)
  writeFileSync(path, JSON.stringify(signedIn(world.emulator, '1.A.of-grace', { who: grace })))
  const error = await failure(credential.getToken('https://vault.azure.net/.default'))
  expect(error.message).toContain(`the account that was used has signed out; the cache has: ${graceShown}.`)
  await credential.close()
})

test('brings nobody back who has signed out while the request was under way', async () => {
  const { credential, path } = credentialOf(signedIn(world.emulator, ada))
  world.emulator.faults.next({ delay: 40 })
  const asking = credential.getToken(scope)
  await until(() => world.tokenRequests() === 1)
  writeFileSync(path, JSON.stringify({ Account: {}, Kept: { x: {} } }))
  expect((await asking).token).toBeTruthy()
  await credential.close()
  expect(documentAt(path)).toEqual({ Account: {}, Kept: { x: {} } })
})

test('leaves the refresh token that another tool has put there meanwhile', async () => {
  const { credential, path } = credentialOf(signedIn(world.emulator, ada))
  world.emulator.faults.next({ delay: 40 })
  const asking = credential.getToken(scope)
  await until(() => world.tokenRequests() === 1)
  writeFileSync(path, JSON.stringify(signedIn(world.emulator, 'of-another-tool')))
  await asking
  await credential.close()
  expect(onlyEntry(documentAt(path), 'RefreshToken').secret).toBe('of-another-tool')
})

test('reports a cache that is garbage, and leaves it as it is', async () => {
  const { credential, path } = credentialOf('{"Account": {"torn')
  const error = await failure(credential.getToken(scope))
  expect(error.name).toBe('CredentialUnavailableError')
  expect(error.message).toMatch(/the cache cannot be read: .* is not an MSAL cache: it is not JSON\. Sign in again/)
  expect(error.message).not.toContain('torn')
  expect(readFileSync(path, 'utf8')).toBe('{"Account": {"torn')
  await credential.close()
})

test('hands the token out where the cache can not be written, and says so in an event', async () => {
  const { path } = homeWith(signedIn(world.emulator, ada), 'cache.json')
  writeFileSync(`${path}.lockfile`, '1 of a program that renews it')
  const own = world.options({})
  let looks = 0
  const { localSharedFiles } = await import('../../src/runtime/files/shared-files.ts')
  const sharedFiles = { ...localSharedFiles, stamp: async () => `${looks++}` }
  const credential = new SharedTokenCacheCredential({ ...own, host: { ...own.host, sharedFiles }, cachePath: path })
  expect((await credential.getToken(scope)).token).toBeTruthy()
  await credential.close()
  expect(world.events).toContainEqual(
    expect.objectContaining({ type: 'store-failed', operation: 'set', credential: 'SharedTokenCacheCredential' }),
  )
  expect(onlyEntry(documentAt(path), 'RefreshToken').secret).toBe(ada)
})

test('follows no symbolic link', async () => {
  const { path } = homeWith(signedIn(world.emulator, ada))
  const link = join(temporaryFolder(), 'cache.json')
  symlinkSync(path, link)
  await using credential = new SharedTokenCacheCredential({ ...world.options({}), cachePath: link })
  expect((await failure(credential.getToken(scope))).message).toContain('a symbolic link, which is not followed')
})

test.each(['organizations', 'common'])('%s means the tenant of the account that has signed in', async (any) => {
  const { credential, path } = credentialOf(signedIn(world.emulator, ada), { tenantId: any })
  await credential.getToken(scope)
  await credential.close()
  expect(world.emulator.requests.at(-1)?.path).toBe(`/${any}/oauth2/v2.0/token`)
  expect(onlyEntry(documentAt(path), 'AccessToken').realm).toBe(tenantId)
})

test('asks in any tenant of a user who has none of their own here, unless a list says which', async () => {
  const { credential } = credentialOf(signedIn(world.emulator, ada))
  await credential.getToken(scope, { tenantId: otherTenantId }).catch(() => undefined)
  expect(world.emulator.requests.at(-1)?.path).toBe(`/${otherTenantId}/oauth2/v2.0/token`)
  await credential.close()
  const listed = { additionallyAllowedTenants: [tenantId] }
  await using narrow = credentialOf(signedIn(world.emulator, ada), listed).credential
  expect((await failure(narrow.getToken(scope, { tenantId: otherTenantId }))).message).toContain('not configured')
})

test.each<[string, unknown, RegExp]>([
  ['a number as name', { username: 5 }, /username must be a non-empty string/],
  ['an empty path', { cachePath: '' }, /cachePath must be a non-empty string/],
  ['a tenant with a slash', { tenantId: 'a/b' }, /tenantId/],
  [
    'half a record',
    { authenticationRecord: { clientId: 'x' } },
    /options\.authenticationRecord has no usable authority, homeAccountId, tenantId, username/,
  ],
  [
    'a record of http',
    { authenticationRecord: { clientId: 'x', homeAccountId: 'y', tenantId, username: 'z', authority: 'http://a.b' } },
    /https/,
  ],
])('refuses %s', (_, options, words) => {
  expect(() => new SharedTokenCacheCredential(options as never)).toThrow(words)
  expect(() => new SharedTokenCacheCredential(options as never)).toThrow(TypeError)
})
