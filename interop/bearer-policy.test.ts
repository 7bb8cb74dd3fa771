import {
  bearerTokenAuthenticationPolicy,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
} from '@azure/core-rest-pipeline'
import type { Emulator } from '@entrada/emulator'
import { ClientSecretCredential } from 'entrada'
import { expect, test } from 'vitest'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

const scopes = 'https://vault.azure.net/.default'
const url = 'https://contoso.vault.azure.net/secrets'
const claims = JSON.stringify({ access_token: { nbf: { essential: true, value: '1795438314' } } })

test('the pipeline of the Azure clients sends our token', async () => {
  await using emulator = await startTrustedEmulator()
  await using credential = credentialOf(emulator)
  const service = serviceThatAccepts(() => true)
  await pipelineOf(credential).sendRequest(service, createPipelineRequest({ url }))

  const { token } = await credential.getToken(scopes, { enableCae: true })
  expect(service.authorizations).toEqual([`Bearer ${token}`])
  expect(emulator.requests).toHaveLength(1)
})

test('a claims challenge brings a new token, asked for with the claims, and the request is sent again', async () => {
  await using emulator = await startTrustedEmulator()
  await using credential = credentialOf(emulator)
  const service = serviceThatAccepts((sent) => sent.length > 1)
  const response = await pipelineOf(credential).sendRequest(service, createPipelineRequest({ url }))

  expect(response.status).toBe(200)
  expect(new Set(service.authorizations).size).toBe(2)
  expect(emulator.requests.map(({ form }) => JSON.parse(form.claims ?? '{}'))).toEqual([
    { access_token: { xms_cc: { values: ['cp1'] } } },
    { access_token: { ...JSON.parse(claims).access_token, xms_cc: { values: ['cp1'] } } },
  ])
})

function credentialOf(emulator: Emulator): ClientSecretCredential {
  const { tenantId, clientId, clientSecret } = applicationOf(emulator)
  return new ClientSecretCredential(tenantId, clientId, clientSecret, { authorityHost: emulator.url })
}

function pipelineOf(credential: ClientSecretCredential): ReturnType<typeof createEmptyPipeline> {
  const pipeline = createEmptyPipeline()
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes }))
  return pipeline
}

/** A service that challenges a token, as Continuous Access Evaluation does, unless `accepts` what was sent so far. */
function serviceThatAccepts(accepts: (sent: string[]) => boolean): HttpClient & { authorizations: string[] } {
  const authorizations: string[] = []
  const challenge = `Bearer authorization_uri="https://login.microsoftonline.com/", error="insufficient_claims", claims="${btoa(claims)}"`
  return {
    authorizations,
    async sendRequest(request) {
      authorizations.push(request.headers.get('Authorization') ?? '')
      if (accepts(authorizations)) return { request, status: 200, headers: createHttpHeaders() }
      return { request, status: 401, headers: createHttpHeaders({ 'WWW-Authenticate': challenge }) }
    },
  }
}
