import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { ClientSecretCredential } from 'entrada'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientId, createWorld, recognisableSecret, scope, tenantId, type World } from '../../entrada/test/world.ts'
import { instrument } from '../src/index.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
}, 60_000)
afterAll(() => world.close())

/** What a collector gets over OTLP/HTTP, as JSON, by path. */
async function startCollector(): Promise<{ url: string; received: Record<string, string[]>; close(): void }> {
  const received: Record<string, string[]> = {}
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const { url = '' } = request
    received[url] = [...(received[url] ?? []), text]
    response.setHeader('Content-Type', 'application/json').end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('metrics and spans arrive at a collector by OTLP, with their scope, and nothing that is secret', async () => {
  const collector = await startCollector()
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: `${collector.url}/v1/metrics` }),
    exportIntervalMillis: 3_600_000,
  })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter({ url: `${collector.url}/v1/traces` }))],
  })
  const telemetry = instrument('all', { meterProvider, tracerProvider })
  const credential = new ClientSecretCredential(tenantId, clientId, recognisableSecret, world.options())
  const { token } = await credential.getToken(scope)
  await credential.getToken(scope)
  await meterProvider.forceFlush()
  await tracerProvider.forceFlush()
  await telemetry.stop()
  await credential.close()

  const [metrics = ''] = collector.received['/v1/metrics'] ?? []
  const [exported] = JSON.parse(metrics).resourceMetrics[0].scopeMetrics
  expect(exported.scope).toMatchObject({ name: '@entrada/opentelemetry', version: '0.1.0' })
  const requests = exported.metrics.find(({ name }: { name: string }) => name === 'entrada.token.requests')
  expect(requests).toMatchObject({ unit: '{request}', sum: { isMonotonic: true } })
  expect(requests.sum.dataPoints.map(({ asDouble, asInt }: Record<string, unknown>) => asDouble ?? asInt)).toEqual([
    1, 1,
  ])

  const spans = (collector.received['/v1/traces'] ?? []).flatMap(
    (text) => JSON.parse(text).resourceSpans[0].scopeSpans[0].spans as { name: string }[],
  )
  expect(spans.map(({ name }) => name)).toEqual([
    'HTTP POST',
    'ClientSecretCredential.getToken',
    'ClientSecretCredential.getToken',
  ])
  const all = JSON.stringify(collector.received)
  for (const text of [recognisableSecret, token, tenantId, clientId, scope]) expect(all).not.toContain(text)

  await meterProvider.shutdown()
  await tracerProvider.shutdown()
  collector.close()
})
