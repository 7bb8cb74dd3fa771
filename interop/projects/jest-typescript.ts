// A test of a user's, in TypeScript that ts-jest compiles to CommonJS.
import { startEmulator } from '@entrada/emulator'
import { ClientSecretCredential } from 'entrada'

declare function test(name: string, run: () => Promise<void>): void
declare function expect(value: unknown): { toHaveLength(length: number): void }

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
