import { inspect } from 'node:util'
import { CredentialUnavailableError, type EntradaEvent, UsernamePasswordCredential } from 'entrada'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { password } from '../app.ts'
import { grantsOf, objectIdOf, publicClientId, tenantId } from '../sign-in/person.ts'
import { createWorld, failure, scope, user, type World } from '../world.ts'
import { thrown } from './thrown.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
beforeEach(() => world.reset())
afterAll(() => world.close())

const { username } = user

test('signs in by name and password; the next token comes for the refresh token', async () => {
  await using credential = new UsernamePasswordCredential(tenantId, publicClientId, username, password, world.options())
  expect(objectIdOf((await credential.getToken(scope)).token)).toBe(user.objectId)
  expect(world.emulator.requests[0]?.form).toMatchObject({ username, password, client_id: publicClientId })
  await credential.getToken('https://vault.azure.net/.default')
  expect(grantsOf(world)).toEqual(['password', 'refresh_token'])
})

test('the form without a tenant takes client, name and password, and asks in organizations', async () => {
  for (const options of [world.options(), { ...world.options(), tenantId }]) {
    await using credential = new UsernamePasswordCredential(publicClientId, username, password, options)
    await credential.getToken(scope)
  }
  const asked = world.emulator.requests.map(({ path }) => path.split('/')[1])
  expect(asked).toEqual(['organizations', tenantId])
  expect(new UsernamePasswordCredential(publicClientId, username, password).name).toBe('UsernamePasswordCredential')
})

test.each<[string, unknown[], RegExp, boolean]>([
  ['no password', [tenantId, publicClientId, username, undefined], /password is a required parameter/, true],
  ['an empty password', [publicClientId, username, ''], /password is a required parameter/, true],
  ['no name', [tenantId, publicClientId, '', password], /username is a required parameter/, true],
  ['no client', [tenantId, undefined, username, password], /clientId is a required parameter/, true],
  ['no tenant', ['', publicClientId, username, password], /tenantId is a required parameter/, true],
  ['a tenant that is a path', ['../x', publicClientId, username, password], /tenantId/, false],
  ['a password that is a number', [tenantId, publicClientId, username, 5], /password must be a string/, false],
])('the constructor refuses %s', (_, values, reason, isMissing) => {
  const error = thrown(() => Reflect.construct(UsernamePasswordCredential, values))
  expect(error).toBeInstanceOf(isMissing ? CredentialUnavailableError : TypeError)
  expect(error.message).toMatch(reason)
  expect(error.message).toMatch(/^UsernamePasswordCredential: /)
})

test('says once, by an event, that it is deprecated', async () => {
  const events: EntradaEvent[] = []
  const options = { ...world.options(), onEvent: (event: EntradaEvent) => events.push(event) }
  await using credential = new UsernamePasswordCredential(tenantId, publicClientId, username, password, options)
  await credential.getToken(scope)
  await credential.getToken(scope)
  const warnings = events.filter(({ type }) => type === 'warning')
  expect(warnings).toEqual([
    expect.objectContaining({ message: expect.stringMatching(/is deprecated: .* Use InteractiveBrowserCredential/) }),
  ])
})

test('a wrong password is refused in Entra ID’s words, and shown nowhere', async () => {
  const wrong = 'wrong password + & of hers'
  await using credential = new UsernamePasswordCredential(tenantId, publicClientId, username, wrong, world.options())
  const error = await failure(credential.getToken(scope))
  expect(error).toMatchObject({ name: 'AuthenticationError', errorResponse: { errorCodes: [50126] } })
  expect(inspect([error, credential, world.events], { depth: 10, showHidden: true })).not.toContain(wrong)
})

test('when the refresh token is revoked, name and password sign in again, also behind the callers’ backs', async () => {
  await using credential = new UsernamePasswordCredential(tenantId, publicClientId, username, password, world.options())
  const first = await credential.getToken(scope)
  world.emulator.revokeRefreshTokens()
  world.emulator.clock.set(first.expiresOnTimestamp - 10_000)
  expect((await credential.getToken(scope)).token).not.toBe(first.token)
  expect(grantsOf(world)).toEqual(['password', 'refresh_token', 'password'])
})

test('authenticate() gives the record of the user', async () => {
  await using credential = new UsernamePasswordCredential(tenantId, publicClientId, username, password, world.options())
  expect(await credential.authenticate(scope)).toMatchObject({
    username,
    tenantId,
    clientId: publicClientId,
    homeAccountId: `${user.objectId}.${tenantId}`,
  })
})
