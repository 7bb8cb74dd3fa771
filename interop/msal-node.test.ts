import { ConfidentialClientApplication, type NodeAuthOptions, ServerError } from '@azure/msal-node'
import type { Emulator } from '@entrada/emulator'
import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { clientCertificate } from './certificates.ts'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

const scopes = ['https://storage.azure.com/.default']
const user = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }

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
  const refused = clientOf(emulator, { clientSecret: 'a-wrong-secret' }).acquireTokenByClientCredential({ scopes })
  await expect(refused).rejects.toBeInstanceOf(ServerError)
  await expect(refused).rejects.toThrow(/invalid_client.*AADSTS7000215/)
})

test('msal-node signs an application in with a certificate, and asks on behalf of a user with it', async () => {
  await using emulator = await startTrustedEmulator()
  const { certificate, privateKey, thumbprint } = await clientCertificate()
  emulator.updateApp('demo', { certificates: [certificate] })
  const proofs = [
    { thumbprintSha256: thumbprint, privateKey },
    { thumbprintSha256: thumbprint, privateKey, x5c: certificate },
  ]
  for (const clientCertificate of proofs) {
    const client = clientOf(emulator, { clientCertificate, clientSecret: undefined })
    const own = await client.acquireTokenByClientCredential({ scopes })
    expect(decodeJwt(own?.accessToken ?? '')).toMatchObject({ appidacr: '2', idtyp: 'app' })
    const oboAssertion = await emulator.userToken({ user, app: 'demo' })
    const theirs = await client.acquireTokenOnBehalfOf({ oboAssertion, scopes })
    expect(decodeJwt(theirs?.accessToken ?? '')).toMatchObject({ appidacr: '2', oid: user.objectId })
  }
})

test('msal-node asks on behalf of users with a secret, and keeps them apart', async () => {
  await using emulator = await startTrustedEmulator()
  const client = clientOf(emulator)
  const other = { objectId: '00000000-0000-4000-8000-00000000bab0', username: 'charles@contoso.example' }
  for (const someone of [user, other]) {
    const oboAssertion = await emulator.userToken({ user: someone, app: 'demo' })
    const first = await client.acquireTokenOnBehalfOf({ oboAssertion, scopes })
    const second = await client.acquireTokenOnBehalfOf({ oboAssertion, scopes })
    expect(first?.account).toMatchObject({ username: someone.username })
    expect(decodeJwt(first?.accessToken ?? '').oid).toBe(someone.objectId)
    expect(second).toMatchObject({ fromCache: true, accessToken: first?.accessToken })
  }
})

function clientOf(
  emulator: Emulator,
  proof?: Partial<Pick<NodeAuthOptions, 'clientCertificate'>> & { clientSecret: string | undefined },
): ConfidentialClientApplication {
  const { tenantId, clientId, clientSecret } = applicationOf(emulator)
  return new ConfidentialClientApplication({
    auth: {
      clientId,
      clientSecret,
      ...proof,
      authority: `${emulator.url}/${tenantId}`,
      knownAuthorities: [new URL(emulator.url).host],
    } as NodeAuthOptions,
  })
}
