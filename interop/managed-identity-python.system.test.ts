import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ManagedIdentityHost } from '@entrada/emulator'
import { decodeJwt } from 'jose'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { component, pythonAzureIdentity } from './components.ts'
import { ARC_KEY_DIRECTORY, namespaceRefusal, runClient } from './managed-identity/run-client.ts'
import { startTrustedEmulator } from './trusted-emulator.ts'

component(pythonAzureIdentity)
// Starts Python programs, which take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const emulator = await startTrustedEmulator()
const folder = await mkdtemp(join(tmpdir(), 'entrada-interop-'))
afterAll(async () => {
  await emulator.close()
  await rm(folder, { recursive: true })
})

const program = fileURLToPath(new URL('python/get_managed_identity_token.py', import.meta.url))
const resource = 'https://storage.azure.com'
const reader = { name: 'reader' }

interface Got {
  token?: string
  expiresOn?: number
  error?: { name: string; message: string }
}

describe.for([{ aio: false }, { aio: true }])('Python’s azure.identity; aio: $aio', ({ aio }) => {
  function ask({ env }: ManagedIdentityHost, options: object = {}, keyDirectory?: string): Promise<Got> {
    return runClient<Got>({
      command: ['/usr/bin/python3', program],
      env: { ...env, AZURE_IDENTITY_DISABLE_MULTITENANTAUTH: '' },
      given: { aio, scope: `${resource}/.default`, options },
      ...(keyDirectory !== undefined && { keyDirectory }),
    })
  }

  function appOf(got: Got): unknown {
    expect(got.error).toBe(undefined)
    const { aud, exp, appid } = decodeJwt(got.token ?? '')
    expect([aud, exp]).toEqual([resource, got.expiresOn])
    return appid
  }

  test.for(['imds', 'app-service', 'machine-learning'] as const)('gets tokens of %s', async (name) => {
    const host = await emulator.managedIdentity({ host: name, identities: ['system', reader] })
    const [system, user] = host.identities
    // This version does not know that Azure Machine Learning wants a client id in every request.
    const first = name === 'machine-learning' ? { client_id: system?.clientId } : {}
    expect(appOf(await ask(host, first))).toBe(system?.clientId)
    expect(appOf(await ask(host, { client_id: user?.clientId }))).toBe(user?.clientId)
  })

  test('gets tokens of Azure Arc by the key file', async ({ skip }) => {
    const refusal = namespaceRefusal()
    if (refusal !== undefined) skip(refusal)
    const keyDirectory = join(folder, `tokens-${aio}`)
    const options = { keyDirectory, shownKeyDirectory: ARC_KEY_DIRECTORY }
    const host = await emulator.managedIdentity({ host: 'azure-arc', ...options })
    expect(appOf(await ask(host, {}, keyDirectory))).toBe(host.identities[0]?.clientId)
    expect(host.requests.map(({ status, query }) => [status, query['api-version']])).toEqual([
      [401, '2019-11-01'],
      [200, '2019-11-01'],
    ])
  })

  test('gets tokens of Cloud Shell and of Service Fabric', async () => {
    for (const name of ['cloud-shell', 'service-fabric'] as const) {
      const host = await emulator.managedIdentity({ host: name })
      expect(appOf(await ask(host))).toBe(host.identities[0]?.clientId)
    }
  })

  test.for(['us-12-hour', 'us-24-hour'] as const)('reads the dates that hosts once wrote: %s', async (expiresOn) => {
    const host = await emulator.managedIdentity({ host: 'machine-learning', distortion: { expiresOn } })
    const [identity] = host.identities
    expect(appOf(await ask(host, { client_id: identity?.clientId }))).toBe(identity?.clientId)
  })

  test('finds itself unavailable where the machine has no identity', async () => {
    const host = await emulator.managedIdentity({ host: 'imds', identities: [] })
    expect((await ask(host)).error?.name).toBe('CredentialUnavailableError')
  })
})
