import { readFile } from 'node:fs/promises'
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  OnBehalfOfCredential,
  type TokenCredential,
  WorkloadIdentityCredential,
} from '@azure/identity'
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose'
import { afterAll, expect, test } from 'vitest'
import { clientCertificate } from './certificates.ts'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

const emulator = await startTrustedEmulator()
afterAll(() => emulator.close())
const { certificate, pem, thumbprint } = await clientCertificate()
emulator.updateApp('demo', { certificates: [certificate] })
const { tenantId, clientId, clientSecret } = applicationOf(emulator)
const user = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }
const options = { authorityHost: emulator.url, disableInstanceDiscovery: true }

test.for([false, true])('@azure/identity signs in with a certificate; sendCertificateChain: %s', async (sends) => {
  const credential = new ClientCertificateCredential(
    tenantId,
    clientId,
    { certificate: pem },
    { ...options, sendCertificateChain: sends },
  )
  expect(await claimsFrom(credential)).toMatchObject({ tid: tenantId, appid: clientId, appidacr: '2' })
  const header = decodeProtectedHeader(emulator.requests.at(-1)?.form.client_assertion ?? '')
  expect(header).toMatchObject({ alg: 'PS256', 'x5t#S256': Buffer.from(thumbprint, 'hex').toString('base64url') })
  expect('x5c' in header).toBe(sends)
})

test('@azure/identity signs in with an assertion of a service account', async () => {
  const pod = await emulator.kubernetes({ serviceAccount: 'asserting', namespace: 'shop', app: 'demo' })
  const assertion = (): Promise<string> => readFile(pod.tokenFile, 'utf8')
  const credential = new ClientAssertionCredential(tenantId, clientId, assertion, options)
  expect(await claimsFrom(credential)).toMatchObject({ appid: clientId, appidacr: '2' })
})

test('@azure/identity signs a workload in with its token file', async () => {
  const { tokenFile } = await emulator.kubernetes({ serviceAccount: 'web', namespace: 'shop', app: 'demo' })
  const credential = new WorkloadIdentityCredential({ ...options, tenantId, clientId, tokenFilePath: tokenFile })
  expect(await claimsFrom(credential)).toMatchObject({ appid: clientId, appidacr: '2' })
})

test('@azure/identity asks on behalf of a user, with a secret and with an assertion', async () => {
  const userAssertionToken = await emulator.userToken({ user, app: 'demo' })
  const { tokenFile } = await emulator.kubernetes({ serviceAccount: 'api', namespace: 'shop', app: 'demo' })
  const forUser = { ...options, tenantId, clientId, userAssertionToken }
  const withSecret = new OnBehalfOfCredential({ ...forUser, clientSecret })
  const getAssertion = (): Promise<string> => readFile(tokenFile, 'utf8')
  const withAssertion = new OnBehalfOfCredential({ ...forUser, getAssertion })
  for (const [credential, appidacr] of [
    [withSecret, '1'],
    [withAssertion, '2'],
  ] as const) {
    expect(await claimsFrom(credential)).toMatchObject({ oid: user.objectId, upn: user.username, appidacr })
  }
})

test('@azure/identity reads the claims challenge of a policy that its user meets', async () => {
  const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
  await using strict = await startTrustedEmulator()
  strict.updateApp('demo', { conditionalAccess: { code: 50076, claims } })
  const userAssertionToken = await strict.userToken({ user, app: 'demo' })
  const app = { tenantId, clientId, clientSecret: applicationOf(strict).clientSecret, userAssertionToken }
  const credential = new OnBehalfOfCredential({ ...options, authorityHost: strict.url, ...app })
  await expect(claimsFrom(credential)).rejects.toThrow(/AADSTS50076/)
})

async function claimsFrom(credential: TokenCredential): Promise<JWTPayload> {
  const token = await credential.getToken('https://graph.microsoft.com/.default')
  return decodeJwt(token?.token ?? '')
}
