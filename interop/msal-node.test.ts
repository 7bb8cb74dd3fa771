import { ConfidentialClientApplication, ServerError } from '@azure/msal-node'
import type { Emulator } from '@entrada/emulator'
import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

const scopes = ['https://storage.azure.com/.default']

test('msal-node gets a token from the emulator over HTTPS, and serves the second from its cache', async () => {
  await using emulator = await startTrustedEmulator()
  const client = clientOf(emulator)
  const first = await client.acquireTokenByClientCredential({ scopes })
  const second = await client.acquireTokenByClientCredential({ scopes })

  expect(decodeJwt(first?.accessToken ?? '')).toMatchObject({ aud: 'https://storage.azure.com' })
  expect(first?.expiresOn?.getTime()).toBeGreaterThan(Date.now())
  expect(second).toMatchObject({ fromCache: true, accessToken: first?.accessToken })
})

test('msal-node reads the emulator’s refusal of a wrong secret as it reads Entra ID’s', async () => {
  await using emulator = await startTrustedEmulator()
  const refused = clientOf(emulator, 'a-wrong-secret').acquireTokenByClientCredential({ scopes })
  await expect(refused).rejects.toBeInstanceOf(ServerError)
  await expect(refused).rejects.toThrow(/invalid_client.*AADSTS7000215/)
})

function clientOf(emulator: Emulator, secret?: string): ConfidentialClientApplication {
  const { tenantId, clientId, clientSecret } = applicationOf(emulator)
  return new ConfidentialClientApplication({
    auth: {
      clientId,
      clientSecret: secret ?? clientSecret,
      authority: `${emulator.url}/${tenantId}`,
      knownAuthorities: [new URL(emulator.url).host],
    },
  })
}
