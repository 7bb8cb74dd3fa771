// A test of a user's, for Jest as it is without a configuration: CommonJS.
const { startEmulator } = require('@entrada/emulator')
const { AuthenticationError, ClientSecretCredential } = require('entrada')
const { memoryTokenStore } = require('entrada/store')
const { accessTokens, TokenRejected } = require('@entrada/verify')
const { callerOf } = require('@entrada/verify/express')

let emulator
let credential

beforeAll(async () => {
  emulator = await startEmulator()
  const { AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET } = emulator.env()
  const options = { authorityHost: emulator.url, fetch: emulator.fetch, tokenStore: memoryTokenStore() }
  credential = new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, options)
})

afterAll(async () => {
  await credential.close()
  await emulator.close()
})

test('gets a token of the emulator', async () => {
  const { token } = await credential.getToken('https://storage.azure.com/.default')
  expect(token.split('.')).toHaveLength(3)
})

test('verifies a token of the emulator', async () => {
  const { AZURE_TENANT_ID, AZURE_CLIENT_ID } = emulator.env()
  const verify = accessTokens({ audience: AZURE_CLIENT_ID, tenants: [AZURE_TENANT_ID], clouds: emulator })
  const user = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }
  const { username } = await verify(await emulator.userToken({ user, app: 'demo' }))
  expect(username).toBe(user.username)
  await expect(verify('nonsense')).rejects.toBeInstanceOf(TokenRejected)
  expect(() => callerOf({})).toThrow('accessToken()')
})

test('is refused with an error of the class that it knows', async () => {
  emulator.faults.next({ aadsts: 7000215 })
  await expect(credential.getToken('https://vault.azure.net/.default')).rejects.toBeInstanceOf(AuthenticationError)
})
