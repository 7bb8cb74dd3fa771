import { hasSubscribers } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { CertificateCredential, ChainedTokenCredential, ClientSecretCredential, EnvironmentCredential } from 'entrada'
import { memoryTokenStore } from 'entrada/store'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  clientId,
  createWorld,
  failure,
  recognisableSecret,
  scope,
  tenantId,
  until,
  user,
  type World,
} from '../../entrada/test/world.ts'
import {
  attributes,
  type Instrumentation,
  type InstrumentOptions,
  instrument,
  metrics,
  type Watched,
} from '../src/index.ts'
import { createTelemetry, type Point, type Telemetry } from './opentelemetry.ts'

let world: World
let telemetry: Telemetry
const running: Instrumentation[] = []

beforeAll(async () => {
  world = await createWorld()
})
beforeEach(() => {
  world.reset()
  world.emulator.clock.reset()
  telemetry = createTelemetry()
})
afterEach(() => Promise.all(running.splice(0).map((each) => each.stop())))
afterAll(() => world.close())

function start(watched: Watched = 'all', options: InstrumentOptions = {}): Instrumentation {
  const { meterProvider } = telemetry
  const started = instrument(watched, { meterProvider, signals: ['metrics'], ...options })
  running.push(started)
  return started
}

const create = (options = {}): ClientSecretCredential =>
  new ClientSecretCredential(tenantId, clientId, recognisableSecret, { ...world.options(), ...options })

const name = { 'entrada.credential.name': 'ClientSecretCredential' }
const fromNetwork = {
  ...name,
  'entrada.token.source': 'network',
  'entrada.token.reason': 'none-held',
  'entrada.token.outcome': 'success',
}
const fromMemory = { ...name, 'entrada.token.source': 'memory', 'entrada.token.outcome': 'success' }

test('tokens from the network are timed, those from memory are counted, and the life of both is known', async () => {
  start()
  await using credential = create()
  for (let call = 0; call < 8; call++) await credential.getToken(scope)
  const read = await telemetry.read()
  expect(read['entrada.token.requests']).toEqual([
    { attributes: fromNetwork, value: 1 },
    { attributes: fromMemory, value: 7 },
  ])
  expect(read['entrada.token.duration']).toEqual([
    { attributes: fromNetwork, value: { count: 1, sum: expect.any(Number) } },
  ])
  const lives = read['entrada.token.remaining_life'] as Point[]
  expect(lives.map(({ attributes }) => attributes['entrada.token.source'])).toEqual(['network', 'memory'])
  for (const { value } of lives) {
    expect(value).toEqual({ count: 1, sum: expect.any(Number) })
    expect((value as { sum: number }).sum).toBeGreaterThan(3500)
    expect((value as { sum: number }).sum).toBeLessThan(3600)
  }
})

test('a failed refresh is counted while callers still get the token', async () => {
  start()
  await using credential = create()
  await credential.getToken(scope)
  world.emulator.clock.advance(56 * 60_000)
  world.emulator.faults.next({ aadsts: 7000222 })
  await credential.getToken(scope)
  await until(() => world.events.some(({ type }) => type === 'refresh-failed'))
  await credential.getToken(scope)
  const read = await telemetry.read()
  expect(read['entrada.refresh.failures']).toEqual([
    { attributes: { ...name, 'error.type': 'AADSTS7000222' }, value: 1 },
  ])
  expect(read['entrada.token.requests']).toContainEqual({ attributes: fromMemory, value: expect.any(Number) })
})

test('429s and refusals are told apart, by their status and code', async () => {
  start()
  await using credential = create()
  world.emulator.faults.next({ status: 429, retryAfter: 1 }, { status: 429, retryAfter: 1 }, { aadsts: 7000215 })
  await failure(credential.getToken(scope))
  const read = await telemetry.read()
  expect(read['entrada.request.retries']).toEqual([
    { attributes: { ...name, 'http.response.status_code': 429 }, value: 2 },
  ])
  expect(read['entrada.token.requests']).toEqual([
    {
      attributes: {
        ...name,
        'entrada.token.reason': 'none-held',
        'entrada.token.outcome': 'failure',
        'error.type': 'AADSTS7000215',
      },
      value: 1,
    },
  ])
})

test('what the store does is counted', async () => {
  start()
  const tokenStore = memoryTokenStore({ now: () => world.emulator.clock.now() })
  await using first = create({ tokenStore })
  await using second = create({ tokenStore })
  await first.getToken(scope)
  await until(() => world.events.some((event) => event.type === 'store-used' && event.operation === 'set'))
  await second.getToken(scope)
  const read = await telemetry.read()
  const counts = (read['entrada.store.operations'] as Point[]).map(({ attributes: said, value }) => [
    said['entrada.store.operation'],
    said['entrada.store.outcome'],
    value,
  ])
  expect(counts).toEqual(
    expect.arrayContaining([
      ['get', 'hit', 1],
      ['set', 'done', 1],
    ]),
  )
  expect(
    (read['entrada.token.requests'] as Point[]).map(({ attributes: said }) => said['entrada.token.source']),
  ).toEqual(['network', 'store'])
})

test('the end of a certificate is known once it has signed, and that of a secret where the program says it', async () => {
  const end = new Date('2027-03-01')
  start('all', { secretExpiries: { ClientSecretCredential: end } })
  await using credential = new CertificateCredential(
    tenantId,
    clientId,
    { certificate: world.certificate.pem },
    world.options(),
  )
  await credential.getToken(scope)
  const read = await telemetry.read()
  const event = world.events.find(({ type }) => type === 'credential-expiry') as { expiresOnTimestamp: number }
  expect(read['entrada.credential.expiry']).toEqual([
    {
      attributes: { 'entrada.credential.name': 'CertificateCredential', 'entrada.credential.kind': 'certificate' },
      value: event.expiresOnTimestamp / 1000,
    },
    {
      attributes: { 'entrada.credential.name': 'ClientSecretCredential', 'entrada.credential.kind': 'secret' },
      value: end.getTime() / 1000,
    },
  ])
})

test('one credential of many is watched, and nothing of the others is heard', async () => {
  await using watched = create()
  await using other = create()
  start(watched)
  for (const credential of [watched, other, other]) await credential.getToken(scope)
  const read = await telemetry.read()
  expect(read['entrada.token.requests']).toEqual([{ attributes: fromNetwork, value: 1 }])
})

test('the members of a chain tell of themselves', async () => {
  start()
  await using chain = new ChainedTokenCredential(new EnvironmentCredential({ host: { env: {} } }), create())
  await chain.getToken(scope)
  await chain.getToken(scope)
  const read = await telemetry.read()
  expect(read['entrada.token.requests']).toEqual(
    expect.arrayContaining([
      { attributes: fromNetwork, value: 1 },
      { attributes: fromMemory, value: 1 },
    ]),
  )
})

test('after stop() nothing is measured, and what was counted last was', async () => {
  const started = start()
  await using credential = create()
  await credential.getToken(scope)
  await credential.getToken(scope)
  await started.stop()
  await started.stop()
  await credential.getToken(scope)
  const read = await telemetry.read()
  expect((read['entrada.token.requests'] as Point[]).map(({ value }) => value)).toEqual([1, 1])
})

test('every metric and attribute is one that is defined, and none holds a secret, tenant, user, application or scope', async () => {
  start('all', { secretExpiries: { Mine: new Date() } })
  const tokenStore = memoryTokenStore()
  await using credential = create({ tokenStore })
  world.emulator.faults.next({ status: 429, retryAfter: 1 })
  const { token } = await credential.getToken(scope)
  await credential.getToken(scope)
  world.emulator.faults.next({ aadsts: 700016 })
  await failure(credential.getToken('https://other.example/.default'))
  const read = await telemetry.read()
  expect(Object.keys(read).length).toBeGreaterThan(4)
  for (const [metric, points] of Object.entries(read)) {
    const defined = metrics[metric as keyof typeof metrics]
    for (const { attributes: said } of points) {
      expect(defined?.attributes).toEqual(expect.arrayContaining(Object.keys(said)))
      for (const [attribute, value] of Object.entries(said)) {
        const { values = [value] } = attributes[attribute] ?? {}
        expect(values).toContain(value)
      }
    }
  }
  const all = inspect(read, { depth: 9 })
  for (const text of [recognisableSecret, token, tenantId, clientId, scope, 'other.example', user.username]) {
    expect(all).not.toContain(text)
  }
})

test.each([undefined, {}, [null], 'one'])('what is no credential is refused: %j', (watched) => {
  if (watched === undefined) return expect(() => instrument(watched).stop()).not.toThrow()
  expect(() => instrument(watched as never)).toThrow(
    "instrument: what is watched is not a credential of entrada. Pass one, a list, or 'all'.",
  )
})

test.each<[string, object, string]>([
  ['a signal by another name', { signals: ['metric'] }, "signals must be a list of 'metrics' and 'traces'"],
  ['a word for a list of signals', { signals: 'metrics' }, "signals must be a list of 'metrics' and 'traces'"],
  ['no signal', { signals: [] }, "signals must be a list of 'metrics' and 'traces'"],
  ['a misspelt option', { meterprovider: {} }, 'meterprovider is not an option. The options are meterProvider, tracer'],
  ['no meter provider', { meterProvider: {} }, 'meterProvider has no getMeter'],
  ['no tracer provider', { tracerProvider: null }, 'tracerProvider has no getTracer'],
  ['a date that is none', { secretExpiries: { Mine: new Date('soon') } }, 'secretExpiries.Mine is not a date'],
])('%s is refused, and nothing is left on', (_, options, message) => {
  expect(() => instrument('all', options)).toThrow(TypeError)
  expect(() => instrument('all', options)).toThrow(`instrument: ${message}`)
  expect(hasSubscribers('entrada')).toBe(false)
})
