import type { Emulator } from '@entrada/emulator'
import {
  AuthorizationCodeCredential,
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePipelinesCredential,
  AzurePowerShellCredential,
  CertificateCredential,
  ChainedTokenCredential,
  ClientAssertionCredential,
  ClientSecretCredential,
  CredentialUnavailableError,
  DefaultAzureCredential,
  DeviceCodeCredential,
  EnvironmentCredential,
  GitHubActionsCredential,
  ManagedIdentityCredential,
  OnBehalfOfCredential,
  SharedTokenCacheCredential,
  type TokenCredential,
  type TokenCredentialOptions,
  UsernamePasswordCredential,
  VisualStudioCodeCredential,
  WorkloadIdentityCredential,
} from 'entrada'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCertificate } from '../certificates/make-certificate.ts'
import { clientId, failure, scope, tenantId } from '../world.ts'
import { appOrigin, inTab, startPageEmulator } from './app-in-page.ts'
import { Tab } from './browser.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startPageEmulator()
})
afterAll(() => emulator.close())

const secret = { tenantId, clientId, clientSecret: 'secret', userAssertionToken: 'assertion' }

test.each<[string, (options: TokenCredentialOptions) => TokenCredential]>([
  ['AuthorizationCodeCredential', (o) => new AuthorizationCodeCredential(tenantId, clientId, 'code', appOrigin, o)],
  ['AzureCliCredential', (o) => new AzureCliCredential(o)],
  ['AzureDeveloperCliCredential', (o) => new AzureDeveloperCliCredential(o)],
  ['AzurePipelinesCredential', (o) => new AzurePipelinesCredential(tenantId, clientId, 'connection', 'access', o)],
  ['AzurePowerShellCredential', (o) => new AzurePowerShellCredential(o)],
  [
    'CertificateCredential',
    (o) => new CertificateCredential(tenantId, clientId, { certificate: makeCertificate().pem }, o),
  ],
  ['ClientAssertionCredential', (o) => new ClientAssertionCredential(tenantId, clientId, () => 'assertion', o)],
  ['DeviceCodeCredential', (o) => new DeviceCodeCredential(o)],
  ['EnvironmentCredential', (o) => new EnvironmentCredential(o)],
  ['GitHubActionsCredential', (o) => new GitHubActionsCredential(o)],
  ['ManagedIdentityCredential', (o) => new ManagedIdentityCredential(o)],
  ['OnBehalfOfCredential', (o) => new OnBehalfOfCredential({ ...o, ...secret })],
  ['SharedTokenCacheCredential', (o) => new SharedTokenCacheCredential(o)],
  ['VisualStudioCodeCredential', (o) => new VisualStudioCodeCredential(o)],
  ['WorkloadIdentityCredential', (o) => new WorkloadIdentityCredential(o)],
])('%s can be made in a page, and says when it is used that it has nothing there', async (name, make) => {
  const asked: string[] = []
  const fetch: TokenCredentialOptions['fetch'] = (url) => {
    asked.push(url)
    throw new Error('nothing is asked')
  }
  const error = await failure(make({ ...inTab(new Tab(`${appOrigin}/`), emulator), fetch }).getToken(scope))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toBe(`${name}: it cannot be used in a web page. Use InteractiveBrowserCredential there.`)
  expect(asked).toEqual([])
})

test('DefaultAzureCredential says it of each of its members', async () => {
  await using credential = new DefaultAzureCredential(inTab(new Tab(`${appOrigin}/`), emulator))
  const error = await failure(credential.getToken(scope))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  const { attempts } = error as Error & { attempts: readonly { reason?: string }[] }
  expect(attempts.length).toBeGreaterThan(5)
  for (const { reason } of attempts) expect(reason).toContain('it cannot be used in a web page')
})

test('a secret and a password are sent from a page; the authority may not let it read the answer', async () => {
  const options = inTab(new Tab(`${appOrigin}/`), emulator)
  for (const credential of [
    new ClientSecretCredential(tenantId, clientId, 'secret', options),
    new UsernamePasswordCredential(tenantId, clientId, 'ada', 'password', options),
    new ChainedTokenCredential(
      new AzureCliCredential(options),
      new ClientSecretCredential(tenantId, clientId, 's', options),
    ),
  ]) {
    emulator.requests.clear()
    expect((await failure(credential.getToken(scope))).name).toBe('AuthenticationError')
    expect(emulator.requests.length).toBe(1)
  }
})
