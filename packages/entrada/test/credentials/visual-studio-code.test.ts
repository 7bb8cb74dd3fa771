import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import {
  ChainedTokenCredential,
  CredentialUnavailableError,
  VisualStudioCodeCredential,
  type VisualStudioCodeCredentialOptions,
} from 'entrada'
import { afterEach, expect, test } from 'vitest'
import { temporaryFolder } from '../msal/shared-cache.ts'
import { failure, otherTenantId, scope, tenantId, user } from '../world.ts'
import { brokerToken, forgetPlugins, plugIn, standInBroker } from './broker-plugin.ts'
import { thrown } from './thrown.ts'

const clientId = 'aebc6443-996d-45c2-90f0-388ff96faa56'
const good = {
  tenantId,
  clientId,
  username: user.username,
  homeAccountId: `${user.objectId}.${tenantId}`,
  authority: 'https://login.microsoftonline.com',
}
const start = Date.UTC(2026, 0, 1)

afterEach(forgetPlugins)

/** A credential of a home folder with this record in it. */
function credentialOf(
  record: unknown,
  options: VisualStudioCodeCredentialOptions = {},
  folder = '.azure',
): VisualStudioCodeCredential {
  const home = temporaryFolder()
  const place = join(home, folder, 'ms-azuretools.vscode-azureresourcegroups')
  mkdirSync(place, { recursive: true })
  const text = typeof record === 'string' ? record : JSON.stringify(record)
  if (record !== undefined) writeFileSync(join(place, 'authRecord.json'), text)
  return new VisualStudioCodeCredential({ host: { env: { HOME: home }, now: () => start }, ...options })
}

function registered(): ReturnType<typeof standInBroker> {
  const broker = standInBroker({ now: () => start })
  plugIn(({ vsCodeCredentialControl }) => vsCodeCredentialControl.setVSCodeBroker(broker))
  return broker
}

test.each(['.azure', '.Azure'])('asks the broker for the account of the record in ~/%s', async (folder) => {
  const broker = registered()
  await using credential = credentialOf(good, {}, folder)
  expect(await credential.getToken(scope)).toMatchObject({
    token: `${brokerToken}.1`,
    expiresOnTimestamp: start + 3600_000,
  })
  expect(broker.asked).toEqual([
    expect.objectContaining({
      clientId,
      authority: `https://login.microsoftonline.com/${tenantId}`,
      scopes: [scope],
      accountId: 'native-1',
      forceRefresh: false,
      correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    }),
  ])
  await credential.getToken(scope)
  expect(broker.asked).toHaveLength(1)
})

test('takes the record of the path that the plug-in names, with a byte order mark', async () => {
  const path = join(temporaryFolder(), 'record.json')
  writeFileSync(path, `\uFEFF${JSON.stringify(good)}`)
  const broker = registered()
  plugIn(({ vsCodeCredentialControl }) => vsCodeCredentialControl.setVSCodeAuthRecordPath(path))
  await using credential = new VisualStudioCodeCredential({ host: { env: {}, now: () => start } })
  await credential.getToken(scope)
  expect(broker.asked).toHaveLength(1)
})

test('uses the broker of @azure/identity-broker if only that is registered', async () => {
  const broker = standInBroker({ now: () => start })
  plugIn(({ nativeBrokerPluginControl }) => nativeBrokerPluginControl.setNativeBroker(broker))
  await using credential = credentialOf(good)
  expect((await credential.getTokenInfo(scope)).credential).toBe('VisualStudioCodeCredential')
})

test('passes claims on, and makes the broker request a new token', async () => {
  const broker = registered()
  await using credential = credentialOf(good)
  await credential.getToken(scope, { enableCae: true })
  await credential.getToken(scope, { claims: '{"access_token":{"nbf":{"value":"1"}}}' })
  expect(broker.asked.map(({ claims, forceRefresh }) => [claims, forceRefresh])).toEqual([
    ['{"access_token":{"xms_cc":{"values":["cp1"]}}}', false],
    ['{"access_token":{"nbf":{"value":"1"}}}', true],
  ])
})

test('asks in the tenant that is given, and in others if they are allowed', async () => {
  const broker = registered()
  await using credential = credentialOf(good, { tenantId: otherTenantId, additionallyAllowedTenants: ['*'] })
  await credential.getToken(scope)
  await credential.getToken(scope, { tenantId: 'contoso.onmicrosoft.com' })
  expect(broker.asked.map(({ authority }) => authority)).toEqual([
    `https://login.microsoftonline.com/${otherTenantId}`,
    'https://login.microsoftonline.com/contoso.onmicrosoft.com',
  ])
  await using narrow = credentialOf(good)
  expect((await failure(narrow.getToken(scope, { tenantId: otherTenantId }))).message).toContain('not configured')
})

test.each<[string, unknown, RegExp]>([
  [
    'no record',
    undefined,
    /nobody has signed in with Visual Studio Code \(no .*authRecord\.json\)\. Sign in to Azure in/,
  ],
  ['no JSON', 'garbage', /cannot be used: it is not a JSON object\. Sign in to Azure in Visual Studio Code/],
  ['a list', '[]', /cannot be used: it is not a JSON object/],
  ['11 KiB', { ...good, padding: 'x'.repeat(11 * 1024) }, /cannot be read: larger than 10240 bytes/],
  [
    'all that can be wrong at once',
    { tenantId: 'a/b', clientId: 'another', username: '', authority: 'http://login.example' },
    /username is missing; homeAccountId is missing; tenantId contains characters that a tenant id cannot have; clientId is not that of Visual Studio Code; authority must be an https address\./,
  ],
  [
    'a password in its authority',
    { ...good, authority: 'https://u:p@login.example' },
    /authority must be an https address/,
  ],
])('is unavailable with a record of %s', async (_, record, words) => {
  const broker = registered()
  await using credential = credentialOf(record)
  const error = await failure(credential.getToken(scope))
  expect(error).toMatchObject({ name: 'CredentialUnavailableError', message: expect.stringMatching(words) })
  expect(error.message).toMatch(/^VisualStudioCodeCredential: /)
  expect(broker.asked).toEqual([])
})

test('is unavailable without a plug-in, says which one to install, and works once it is registered', async () => {
  await using credential = credentialOf(good)
  const error = await failure(credential.getToken(scope))
  expect(error).toMatchObject({ name: 'CredentialUnavailableError' })
  expect(error.message).toBe(
    'VisualStudioCodeCredential: no broker plug-in is registered; its tokens come only from one. Install @azure/identity-vscode, and call useIdentityPlugin(vsCodePlugin), or use AzureCliCredential.',
  )
  registered()
  expect((await credential.getToken(scope)).token).toContain(brokerToken)
})

test('is unavailable where the broker is not', async () => {
  registered().isBrokerAvailable = false
  await using credential = credentialOf(good)
  expect(await failure(credential.getToken(scope))).toMatchObject({
    name: 'CredentialUnavailableError',
    message: expect.stringMatching(/the broker is not available here\./),
  })
})

test('refuses a token of another account than the record’s', async () => {
  const broker = registered()
  broker.accounts = []
  broker.signedIn = `00000000-0000-4000-8000-000000000000.${tenantId}`
  await using credential = credentialOf(good)
  const error = await failure(credential.getToken(scope))
  expect(error).toMatchObject({ name: 'CredentialUnavailableError' })
  expect(error.message).toContain('the broker returned a token for a different account')
  expect(error.message).not.toContain(brokerToken)
})

test.each([
  [{ name: 'InteractionRequiredAuthError', errorCode: 'interaction_required' }, 'AuthenticationRequiredError'],
  [{ name: 'ClientAuthError', errorCode: 'no_account_found' }, 'CredentialUnavailableError'],
  [{ name: 'ServerError', errorCode: 'server_unavailable' }, 'AuthenticationError'],
  [{}, 'AuthenticationError'],
])('tells what the broker says: %j is %s', async (said, name) => {
  const request = { body: 'refresh_token=REFRESH-SECRET' }
  const theirs = Object.assign(new Error('as the broker\nputs it', { cause: { request } }), said, { request })
  registered().error = theirs
  await using credential = credentialOf(good)
  const error = await failure(credential.getToken(scope))
  expect(error.name).toBe(name)
  expect(error.cause).not.toBe(theirs)
  expect(error.cause).toMatchObject({ name: theirs.name, message: 'as the broker puts it' })
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('REFRESH-SECRET')
  expect(error.message).toMatch(/^VisualStudioCodeCredential: the broker refused with \w+: as the broker puts it\./)
})

test.each([undefined, null, 5, 'token'])('takes %s for no token', async (answer) => {
  const broker = registered()
  broker.acquireTokenSilent = async () => answer as never
  await using credential = credentialOf({ ...good })
  const error = await failure(credential.getToken(scope))
  expect(error.message).toMatch(/the broker (?:returned a token for a different account|returned no usable token)/)
})

test('takes no error of the library for one of a broker’s', async () => {
  const theirs = Object.assign(new CredentialUnavailableError('client_secret=SECRET-OF-THEIRS'), { token: 'x' })
  registered().error = theirs
  await using credential = credentialOf(good)
  const error = await failure(credential.getToken(scope))
  expect(error).not.toBe(theirs)
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('SECRET-OF-THEIRS')
})

test.each([
  ['no token', { accessToken: '' }],
  ['a token with a line break', { accessToken: 'a\nb' }],
  ['no time', { expiresOn: null }],
  ['a time in the wrong unit', { expiresOn: new Date(start * 1000) }],
  ['a time that is over', { expiresOn: new Date(start) }],
  ['proof of possession', { tokenType: 'pop' }],
])('takes no answer with %s', async (_, part) => {
  const broker = registered()
  const { acquireTokenSilent } = broker
  broker.acquireTokenSilent = async (request) => ({ ...(await acquireTokenSilent.call(broker, request)), ...part })
  await using credential = credentialOf(good)
  expect((await failure(credential.getToken(scope))).message).toContain('the broker returned no usable token')
})

test('lets a chain go on', async () => {
  const next = { getToken: async () => ({ token: 'of the next', expiresOnTimestamp: start + 1 }) }
  await using chain = new ChainedTokenCredential(credentialOf(undefined), next)
  expect((await chain.getToken(scope)).token).toBe('of the next')
})

test('refuses AD FS, and anything that is not a tenant', () => {
  expect(thrown(() => new VisualStudioCodeCredential({ tenantId: 'adfs' }))).toMatchObject({
    name: 'CredentialUnavailableError',
    message: expect.stringContaining('AD FS does not work'),
  })
  expect(() => new VisualStudioCodeCredential({ tenantId: 'a/b' })).toThrow(TypeError)
})
