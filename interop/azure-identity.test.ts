import { ClientSecretCredential } from '@azure/identity'
import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

const scope = 'https://storage.azure.com/.default'

test('@azure/identity gets a token from the emulator over HTTPS', async () => {
  await using emulator = await startTrustedEmulator()
  const { tenantId, clientId, clientSecret } = applicationOf(emulator)
  const options = { authorityHost: emulator.url, disableInstanceDiscovery: true }
  const { token } = await new ClientSecretCredential(tenantId, clientId, clientSecret, options).getToken(scope)
  expect(decodeJwt(token)).toMatchObject({ aud: 'https://storage.azure.com', tid: tenantId, appid: clientId })
})

test('@azure/identity reads the emulator’s refusal of a wrong secret as it reads Entra ID’s', async () => {
  await using emulator = await startTrustedEmulator()
  const { tenantId, clientId } = applicationOf(emulator)
  const options = { authorityHost: emulator.url, disableInstanceDiscovery: true }
  const refused = new ClientSecretCredential(tenantId, clientId, 'a-wrong-secret', options).getToken(scope)
  await expect(refused).rejects.toThrow(/invalid_client.*AADSTS7000215: Invalid client secret provided/)
})
