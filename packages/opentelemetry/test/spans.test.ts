import { inspect } from 'node:util'
import { context, trace } from '@opentelemetry/api'
import { ClientSecretCredential, DefaultAzureCredential } from 'entrada'
import { memoryTokenStore } from 'entrada/store'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  clientId,
  createWorld,
  failure,
  recognisableSecret,
  scope,
  tenantId,
  type World,
} from '../../entrada/test/world.ts'
import { type Instrumentation, instrument, type Watched } from '../src/index.ts'
import { createTelemetry, type Telemetry } from './opentelemetry.ts'

let world: World
const telemetry: Telemetry = createTelemetry()
const running: Instrumentation[] = []

beforeAll(async () => {
  world = await createWorld()
})
beforeEach(() => {
  world.reset()
  telemetry.reset()
})
afterEach(() => Promise.all(running.splice(0).map((each) => each.stop())))
afterAll(() => world.close())

function start(watched: Watched = 'all'): Instrumentation {
  const started = instrument(watched, { tracerProvider: telemetry.tracerProvider, signals: ['traces'] })
  running.push(started)
  return started
}

const create = (options = {}): ClientSecretCredential =>
  new ClientSecretCredential(tenantId, clientId, recognisableSecret, { ...world.options(), ...options })

/** Names of spans as `@azure/identity` has them. */
const call = 'ClientSecretCredential.getToken'

test('a call has a span, named as that of @azure/identity, and within it each request with its retries', async () => {
  start()
  world.emulator.faults.next({ status: 503, retryAfter: 1 })
  await using credential = create()
  await credential.getToken(scope)
  expect(telemetry.paths()).toEqual([`${call} > HTTP POST`, `${call} > HTTP POST`, call])
  const [first, second, whole] = telemetry.spans()
  const { hostname, port } = new URL(world.emulator.url)
  const request = {
    'azure.resource_provider.namespace': 'Microsoft.AAD',
    'azure.client.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    'http.request.method': 'POST',
    'server.address': hostname,
    'server.port': Number(port),
    'url.scheme': 'https',
  }
  expect(first?.attributes).toMatchObject({ ...request, 'http.response.status_code': 503, 'error.type': '503' })
  expect(second?.attributes).toMatchObject({
    ...request,
    'http.response.status_code': 200,
    'http.request.resend_count': 1,
    'azure.service.request.id': expect.any(String),
  })
  expect(first?.attributes['azure.client.id']).not.toBe(second?.attributes['azure.client.id'])
  expect(whole?.attributes).toEqual({ 'azure.resource_provider.namespace': 'Microsoft.AAD' })
  expect([first?.kind, whole?.kind]).toEqual([2, 0])
})

test('the store has spans too', async () => {
  start()
  await using credential = create({ tokenStore: memoryTokenStore() })
  await credential.getToken(scope)
  await credential.close()
  expect(telemetry.paths()).toEqual(
    expect.arrayContaining([`${call} > TokenStore.get`, `${call} > HTTP POST`, `${call} > TokenStore.set`, call]),
  )
})

test('spans lie within the one that is active, also for a token from memory', async () => {
  start()
  await using credential = create()
  const tracer = telemetry.tracerProvider.getTracer('the program')
  const root = tracer.startSpan('request')
  await context.with(trace.setSpan(context.active(), root), async () => {
    await credential.getToken(scope)
    await credential.getToken(scope)
  })
  root.end()
  expect(telemetry.paths()).toEqual([
    `request > ${call} > HTTP POST`,
    `request > ${call}`,
    `request > ${call}`,
    'request',
  ])
})

test('the default chain has a span, and within it the member', async () => {
  start()
  await using credential = new DefaultAzureCredential(world.options())
  await credential.getToken(scope)
  expect(telemetry.paths()).toEqual([
    'ChainedTokenCredential.getToken > EnvironmentCredential.getToken > HTTP POST',
    'ChainedTokenCredential.getToken > EnvironmentCredential.getToken',
    'ChainedTokenCredential.getToken',
  ])
})

test('a failed call says what kind of failure it was, and not what the message says', async () => {
  start()
  await using credential = create()
  world.emulator.faults.next({ aadsts: 7000215 })
  await failure(credential.getToken(scope))
  const whole = telemetry.spans().at(-1)
  expect(whole?.status).toEqual({ code: 2 })
  expect(whole?.attributes['error.type']).toBe('AADSTS7000215')
  expect(whole?.events).toEqual([])
})

test('only what is watched has spans, each with the tracer that was given for it', async () => {
  await using watched = create()
  await using other = create()
  const second = createTelemetry()
  start(watched)
  const started = instrument(other, { tracerProvider: second.tracerProvider, signals: ['traces'] })
  running.push(started)
  await using third = create()
  await Promise.all([watched, other, third].map((credential) => credential.getToken(scope)))
  expect(telemetry.paths()).toEqual([`${call} > HTTP POST`, call])
  expect(second.paths()).toEqual([`${call} > HTTP POST`, call])
})

test('after stop() there are none, and cached calls are answered at once again', async () => {
  const started = start()
  await using credential = create()
  await credential.getToken(scope)
  await started.stop()
  telemetry.reset()
  await credential.getToken(scope)
  expect(telemetry.paths()).toEqual([])
  expect(credential.getToken(scope)).toBe(credential.getToken(scope))
})

test('without an SDK cached calls are answered at once', async () => {
  running.push(instrument('all', { signals: ['traces'] }))
  await using credential = create()
  await credential.getToken(scope)
  expect(credential.getToken(scope)).toBe(credential.getToken(scope))
})

test('no span holds a secret, a token, the tenant, the application or the scope', async () => {
  start()
  await using credential = create({ tokenStore: memoryTokenStore() })
  const { token } = await credential.getToken(scope)
  world.emulator.faults.next({ aadsts: 700016 })
  await failure(credential.getToken('https://other.example/.default'))
  const said = inspect(
    telemetry.spans().map(({ name, attributes, status, events }) => ({ name, attributes, status, events })),
    { depth: 9 },
  )
  expect(telemetry.spans().length).toBeGreaterThan(4)
  for (const text of [recognisableSecret, token, tenantId, clientId, scope, 'other.example']) {
    expect(said).not.toContain(text)
  }
})
