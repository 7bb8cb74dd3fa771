import { SecretClient } from '@azure/keyvault-secrets'
import { CertificateCredential, ClientSecretCredential, type ClientSecretCredentialOptions } from 'entrada'
import { afterAll, expect, test } from 'vitest'
import { clientCertificate } from './certificates.ts'
import { type KeyVaultStandIn, startKeyVault } from './key-vault-stand-in.ts'
import { startTrustedEmulator } from './trusted-emulator.ts'

const home = '7e57ab1e-0000-4000-8000-000000000001'
const customer = '7e57ab1e-0000-4000-8000-000000000002'
const clientId = '7e57ab1e-0000-4000-8000-00000000000a'
const { certificate, pem } = await clientCertificate()
const app = { name: 'web', clientId, tenantId: home, secrets: [{ value: 's3cret' }], certificates: [certificate] }
const directory = { tenants: [{ id: home }, { id: customer }], apps: [{ ...app, tenants: '*' as const }] }
const emulator = await startTrustedEmulator({ directory })
afterAll(() => emulator.close())
const authorityHost = emulator.url
const secrets = { 'database-password': 'correct horse' }

test('SecretClient reads a secret after the vault’s challenge has named tenant and resource', async () => {
  await using vault = await startKeyVault({ emulator, tenantId: home, secrets })
  await using credential = credentialOf()
  emulator.requests.clear()
  const client = clientOf(vault, credential)
  expect(await client.getSecret('database-password')).toMatchObject({
    name: 'database-password',
    value: 'correct horse',
  })
  await expect(client.getSecret('nothing')).rejects.toMatchObject({ statusCode: 404 })

  expect(vault.answers).toEqual(['tenant challenge', 200, 404])
  expect(emulator.requests.map(({ form }) => form.scope)).toEqual(['https://vault.azure.net/.default'])
})

test('SecretClient answers a claims challenge with a new token, for which the claims were sent', async () => {
  await using vault = await startKeyVault({ emulator, tenantId: home, secrets })
  await using credential = credentialOf()
  emulator.requests.clear()
  const client = clientOf(vault, credential)
  await client.getSecret('database-password')
  const claims = JSON.parse(vault.revoke())
  expect(await client.getSecret('database-password')).toMatchObject({ value: 'correct horse' })

  expect(vault.answers).toEqual(['tenant challenge', 200, 'claims challenge', 200])
  const capability = { xms_cc: { values: ['cp1'] } }
  expect(emulator.requests.map(({ form }) => JSON.parse(form.claims ?? '{}'))).toEqual([
    { access_token: capability },
    { access_token: { ...claims.access_token, ...capability } },
  ])
})

test('a vault of another tenant is read where that tenant is allowed, and nothing is sent where it is not', async () => {
  await using vault = await startKeyVault({ emulator, tenantId: customer, secrets })
  await using allowed = credentialOf({ additionallyAllowedTenants: [customer] })
  expect(await clientOf(vault, allowed).getSecret('database-password')).toMatchObject({ value: 'correct horse' })

  emulator.requests.clear()
  await using confined = credentialOf()
  await expect(clientOf(vault, confined).getSecret('database-password')).rejects.toThrow(
    `not configured to acquire tokens for tenant ${customer}`,
  )
  expect(emulator.requests).toHaveLength(0)
})

test('SecretClient reads a secret with a certificate', async () => {
  await using vault = await startKeyVault({ emulator, tenantId: home, secrets })
  await using credential = new CertificateCredential(home, clientId, { certificate: pem }, { authorityHost })
  const secret = await clientOf(vault, credential).getSecret('database-password')
  expect(secret.value).toBe('correct horse')
})

function credentialOf(options?: ClientSecretCredentialOptions): ClientSecretCredential {
  return new ClientSecretCredential(home, clientId, 's3cret', { authorityHost, ...options })
}

function clientOf({ url, proxy }: KeyVaultStandIn, credential: ClientSecretCredential | CertificateCredential) {
  return new SecretClient(url, credential, { proxyOptions: proxy, retryOptions: { maxRetries: 0 } })
}
