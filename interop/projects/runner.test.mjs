// A test of a user's, for vitest.
import { startEmulator } from '@entrada/emulator'
import { ClientSecretCredential, DefaultAzureCredential } from 'entrada'
import { expect, test, vi } from 'vitest'

test('gets a token of the emulator', async () => {
  const emulator = await startEmulator()
  const { AZURE_TENANT_ID = '', AZURE_CLIENT_ID = '', AZURE_CLIENT_SECRET = '' } = emulator.env()
  const options = { authorityHost: emulator.url, fetch: emulator.fetch }
  const credential = new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, options)
  const { token } = await credential.getToken('https://storage.azure.com/.default')
  expect(token.split('.')).toHaveLength(3)
  await credential.close()
  await emulator.close()
})

test('a credential is mocked', async () => {
  vi.spyOn(DefaultAzureCredential.prototype, 'getToken').mockResolvedValue({ token: 'mocked', expiresOnTimestamp: 1 })
  await expect(new DefaultAzureCredential().getToken('scope')).resolves.toEqual({
    token: 'mocked',
    expiresOnTimestamp: 1,
  })
})
