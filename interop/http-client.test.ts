import { createDefaultHttpClient, type PipelineRequest } from '@azure/core-rest-pipeline'
import type { Emulator } from '@entrada/emulator'
import { ClientSecretCredential, type ClientSecretCredentialOptions } from 'entrada'
import { expect, test } from 'vitest'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

const scope = 'https://storage.azure.com/.default'
const client = createDefaultHttpClient()

test('the HTTP client of the Azure SDK carries our requests', async () => {
  await using emulator = await startTrustedEmulator()
  const requests: PipelineRequest[] = []
  await using credential = credentialOf(emulator, (request) => requests.push(request))

  expect((await credential.getToken(scope)).expiresOnTimestamp).toBeGreaterThan(Date.now())
  expect(requests).toHaveLength(1)
  expect(emulator.requests.map(({ status }) => status)).toEqual([200])
})

test('the HTTP client of the Azure SDK drops a request that nobody waits for any more', async () => {
  await using emulator = await startTrustedEmulator()
  emulator.faults.next({ delay: 60_000 })
  const caller = new AbortController()
  const requests: PipelineRequest[] = []
  await using credential = credentialOf(emulator, (request) => {
    requests.push(request)
    caller.abort()
  })

  const waiting = credential.getToken(scope, { abortSignal: caller.signal })
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
  expect(requests.map(({ abortSignal }) => abortSignal?.aborted)).toEqual([true])
})

/** A credential over the SDK's client; `onRequest` is told of each request that is on its way. */
function credentialOf(emulator: Emulator, onRequest: (request: PipelineRequest) => void): ClientSecretCredential {
  const { tenantId, clientId, clientSecret } = applicationOf(emulator)
  const httpClient: ClientSecretCredentialOptions['httpClient'] = {
    sendRequest(request: PipelineRequest) {
      const response = client.sendRequest(request)
      onRequest(request)
      return response
    },
  }
  return new ClientSecretCredential(tenantId, clientId, clientSecret, { authorityHost: emulator.url, httpClient })
}
