import {
  AuthenticationError,
  CertificateCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  ManagedIdentityCredential,
  OnBehalfOfCredential,
} from 'entrada'
import { memoryTokenStore } from 'entrada/store'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { clientId, otherTenantId, recognisableSecret, scope, tenantId, user } from '../app.ts'
import { credentials } from '../contract/credentials.ts'
import { createWorld, failure, type World } from '../world.ts'

let world: World
/** The variables that each credential of the contract signs in with. */
let environments: Record<string, string>[]

beforeAll(async () => {
  world = await createWorld()
  environments = await Promise.all(credentials.map(async ({ env }) => ({ ...world.env, ...(await env?.(world)) })))
})

afterAll(() => world.close())
beforeEach(() => world.reset())

const secretOf = (options: object): ClientSecretCredential =>
  new ClientSecretCredential(tenantId, clientId, recognisableSecret, { ...world.options(), ...options })

test('an application is told by its tenant, its client and its object', async () => {
  await using free = secretOf({})
  const [, body = ''] = (await free.getToken(scope)).token.split('.')
  const { oid } = JSON.parse(Buffer.from(body, 'base64url').toString())
  await using right = secretOf({ expect: { tenantId, clientId, objectId: oid } })
  expect((await right.getToken(scope)).token).toBeTruthy()
  await using wrong = secretOf({ expect: { tenantId, clientId, objectId: otherTenantId } })
  const error = await failure(wrong.getToken(scope))
  expect(error).toBeInstanceOf(AuthenticationError)
  expect(error.message).toBe(
    `ClientSecretCredential: the token is of the objectId ${oid}, and not of the expected ${otherTenantId}. Sign in as the expected identity, or correct the option expect.`,
  )
})

test('a user is told by name, whatever its capitals', async () => {
  const of = (username: string): OnBehalfOfCredential =>
    new OnBehalfOfCredential({
      ...world.options(),
      tenantId,
      clientId,
      clientSecret: recognisableSecret,
      userAssertionToken: world.userToken,
      expect: { username },
    })
  await using right = of(user.username.toUpperCase())
  expect((await right.getToken(scope)).token).toBeTruthy()
  await using wrong = of('bob@contoso.onmicrosoft.com')
  expect((await failure(wrong.getToken(scope))).message).toContain(`of the username ${user.username}`)
})

test('what a store gives is compared too, and neither given out nor kept', async () => {
  const tokenStore = memoryTokenStore()
  await using other = secretOf({ tokenStore })
  await other.getToken(scope)
  await other.close()
  const sent = world.tokenRequests()
  await using wrong = secretOf({ tokenStore, expect: { clientId: otherTenantId } })
  for (let call = 0; call < 2; call++) {
    expect(await failure(wrong.getToken(scope))).toBeInstanceOf(AuthenticationError)
    expect(world.tokenRequests()).toBe(sent)
  }
})

test('a token of somebody else is not written to the store', async () => {
  const tokenStore = memoryTokenStore()
  const wrong = secretOf({ tokenStore, expect: { clientId: otherTenantId } })
  await failure(wrong.getToken(scope))
  await wrong.close()
  expect(await tokenStore.list('app')).toEqual([])
})

test('a refresh that brings somebody else’s token leaves the one that is held', async () => {
  await using credential = secretOf({ expect: { clientId } })
  const { token } = await credential.getToken(scope)
  world.emulator.clock.advance(3_400_000)
  world.emulator.faults.next({ body: answer('opaque') })
  expect((await credential.getToken(scope)).token).toBe(token)
  await expect.poll(() => world.events.map(({ type }) => type)).toContain('refresh-failed')
  expect((await credential.getToken(scope)).token).toBe(token)
})

test('a token that cannot be read is of nobody', async () => {
  world.emulator.faults.next({ body: answer('opaque-token') })
  await using credential = secretOf({ expect: { tenantId } })
  const error = await failure(credential.getToken(scope))
  expect(error).toBeInstanceOf(AuthenticationError)
  expect(error.message).toContain(
    `does not say whether it is of the expected tenantId ${tenantId}: it has no claim tid.`,
  )
})

function answer(token: string): object {
  return { token_type: 'Bearer', access_token: token, expires_in: 3600 }
}

test('the name of a user is a TypeError where the credential is of an application', () => {
  const options = { ...world.options(), expect: { username: user.username } }
  for (const make of [
    () => new ClientSecretCredential(tenantId, clientId, recognisableSecret, options),
    () => new CertificateCredential(tenantId, clientId, '/app.pem', options),
    () => new ManagedIdentityCredential(options),
  ]) {
    expect(make).toThrow(/expect\.username is for users/)
    expect(make).toThrow(TypeError)
  }
  expect(() => new DefaultAzureCredential(options)).not.toThrow()
})

const fields = 'options.expect must be some of tenantId, clientId, objectId, username.'

test.each([
  ['a field that does not exist', { tenant: tenantId }, fields],
  ['a field in capitals', { TENANTID: tenantId }, fields],
  ['a field of every object', { toString: tenantId }, fields],
  ['a field that is undefined', { tenantId: undefined }, fields],
  ['a domain', { tenantId: 'contoso.com' }, 'options.expect.tenantId is "contoso.com"; it must be an id (a GUID).'],
  ['a number', { objectId: 7 }, 'options.expect.objectId is 7; it must be an id (a GUID).'],
  ['an empty user name', { username: '' }, 'options.expect.username is ""; it must be a non-empty string.'],
  ['nothing', {}, fields],
  ['a string', 'contoso.com', 'options.expect is "contoso.com"; it must be an object.'],
])('%s as an expectation is a TypeError at construction of every credential', (_, expected, message) => {
  for (const [index, { name, create }] of credentials.entries()) {
    const options = { ...world.options(environments[index]), expect: expected as object }
    const made = (): unknown => create(options, world)
    expect(made, name).toThrow(TypeError)
    expect(made, name).toThrow(message)
  }
})

test('the name of a user is a TypeError at construction of every credential of an application', () => {
  const refused: string[] = []
  for (const [index, { name, create }] of credentials.entries()) {
    const options = { ...world.options(environments[index]), expect: { username: user.username } }
    try {
      create(options, world)
    } catch (error) {
      expect(error, name).toBeInstanceOf(TypeError)
      refused.push(name)
    }
  }
  expect(refused).toEqual([
    'ClientSecretCredential',
    'CertificateCredential',
    'ClientCertificateCredential',
    'ClientAssertionCredential',
    'WorkloadIdentityCredential',
    'AzurePipelinesCredential',
    'GitHubActionsCredential',
    'ManagedIdentityCredential',
    'EnvironmentCredential',
    // Its members are applications here.
    'ChainedTokenCredential',
  ])
})
