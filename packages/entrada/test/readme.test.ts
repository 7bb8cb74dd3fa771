import { startEmulator } from '@entrada/emulator'
import { ClientSecretCredential } from 'entrada'
import { expect, test } from 'vitest'

test('the README’s test without Azure works as it stands', async () => {
  await using entra = await startEmulator()
  const { AZURE_TENANT_ID: tenant = '', AZURE_CLIENT_ID: client = '', AZURE_CLIENT_SECRET: secret = '' } = entra.env()
  const options = { authorityHost: entra.url, fetch: entra.fetch, retryOptions: { retryDelayInMs: 1 } }
  const credential = new ClientSecretCredential(tenant, client, secret, options)
  entra.faults.next({ status: 503 })
  const { token } = await credential.getToken('https://storage.azure.com/.default')
  expect(token.split('.')).toHaveLength(3)
  expect(entra.requests.map(({ status }) => status)).toEqual([503, 200])
})
