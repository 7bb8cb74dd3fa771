import { createRequire } from 'node:module'
import { AppConfigurationClient } from '@azure/app-configuration'
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline'
import { createAzureSdkInstrumentation } from '@azure/opentelemetry-instrumentation-azure-sdk'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { ClientSecretCredential, DefaultAzureCredential, type EntradaCredential } from 'entrada'
import { memoryTokenStore } from 'entrada/store'
import { expect, test } from 'vitest'

const tenantId = '7e57ab1e-0000-4000-8000-000000000001'
const fetch = async (): Promise<Response> => Response.json({ access_token: 'token', expires_in: 3600 })
const scope = 'https://storage.azure.com/.default'

const exporter = new InMemorySpanExporter()
let sampler: Sampler = new AlwaysOnSampler()
const provider = new BasicTracerProvider({
  sampler: { shouldSample: (...asked) => sampler.shouldSample(...asked), toString: () => 'as the test says' },
  spanProcessors: [new SimpleSpanProcessor(exporter)],
})
provider.register()
createAzureSdkInstrumentation()
// It puts OpenTelemetry's instrumenter there when this is loaded.
createRequire(import.meta.url)('@azure/core-tracing')

/** The spans of what is done meanwhile, each with the name of the one around it. */
async function spansOf(act: () => Promise<unknown>): Promise<[string, string | undefined][]> {
  exporter.reset()
  await act()
  const spans = exporter.getFinishedSpans()
  const around = ({ parentSpanId }: ReadableSpan): string | undefined =>
    spans.find((span) => span.spanContext().spanId === parentSpanId)?.name
  return spans.filter(({ name }) => !name.startsWith('HTTP')).map((span) => [span.name, around(span)])
}

/** A client of the Azure SDK asks its service something; what that answers is nobody's concern. */
async function useConfiguration(credential: EntradaCredential): Promise<void> {
  const httpClient: HttpClient = {
    sendRequest: async (request) => ({ request, status: 200, headers: createHttpHeaders(), bodyAsText: '{}' }),
  }
  const client = new AppConfigurationClient('https://contoso.azconfig.io', credential, { httpClient })
  await client.getConfigurationSetting({ key: 'colour' }).catch(() => undefined)
}

test('the spans of our credentials are within those of the Azure clients, also for a token from memory', async () => {
  await using credential = new ClientSecretCredential(tenantId, tenantId, 'secret', { fetch })
  for (const round of ['new token', 'held token']) {
    expect(await spansOf(() => useConfiguration(credential)), round).toEqual([
      ['ClientSecretCredential.getToken', 'AppConfigurationClient.getConfigurationSetting'],
      ['AppConfigurationClient.getConfigurationSetting', undefined],
    ])
  }
})

test('the default chain has a span, and within it the member', async () => {
  const env = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: tenantId, AZURE_CLIENT_SECRET: 'secret' }
  await using credential = new DefaultAzureCredential({ fetch, host: { env } })
  for (const round of ['new token', 'held token']) {
    expect(await spansOf(() => credential.getToken(scope)), round).toEqual([
      ['EnvironmentCredential.getToken', 'ChainedTokenCredential.getToken'],
      ['ChainedTokenCredential.getToken', undefined],
    ])
  }
})

test('a call that is left out of the traces keeps no later one out', async () => {
  await using credential = new ClientSecretCredential(tenantId, tenantId, 'secret', { fetch })
  sampler = new AlwaysOffSampler()
  expect(await spansOf(() => useConfiguration(credential))).toEqual([])
  sampler = new AlwaysOnSampler()
  expect(await spansOf(() => useConfiguration(credential))).toHaveLength(2)
})

test('the request of a call, and the store’s part in it, are spans within its own', async () => {
  const answers = [new Response('', { status: 503, headers: { 'retry-after': '0' } }), undefined]
  await using credential = new ClientSecretCredential(tenantId, tenantId, 'secret', {
    tokenStore: memoryTokenStore(),
    fetch: async () => answers.shift() ?? fetch(),
  })
  exporter.reset()
  await credential.getToken(scope)
  await credential.close()
  const spans = exporter.getFinishedSpans()
  const whole = spans.find(({ name }) => name === 'ClientSecretCredential.getToken')
  const inner = spans.filter((span) => span !== whole)
  const names = inner.map(({ name }) => name)
  expect(names).toEqual(['TokenStore.get', 'HTTP POST', 'HTTP POST', 'TokenStore.set'])
  expect(inner.every(({ parentSpanId }) => parentSpanId === whole?.spanContext().spanId)).toBe(true)
  const requests = inner.filter(({ name }) => name === 'HTTP POST').map(({ attributes }) => attributes)
  expect(requests).toMatchObject([
    {
      'az.namespace': 'Microsoft.AAD',
      'http.response.status_code': 503,
      'server.address': 'login.microsoftonline.com',
    },
    { 'http.response.status_code': 200, 'http.request.resend_count': 1 },
  ])
  expect(JSON.stringify(requests)).not.toContain(tenantId)
})
