import { channel } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { createClientLogger } from '@azure/logger'
import {
  ChainedTokenCredential,
  ClientSecretCredential,
  type EntradaEvent,
  EnvironmentCredential,
  logger,
} from 'entrada'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { clientId, createWorld, failure, recognisableSecret, scope, tenantId, type World } from '../world.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})
beforeEach(() => world.reset())
afterAll(() => world.close())

const create = (options = {}): ClientSecretCredential =>
  new ClientSecretCredential(tenantId, clientId, recognisableSecret, { ...world.options(), ...options })

test('a token is reported once, when it arrives and not when it is cached', async () => {
  await using credential = create()
  const { expiresOnTimestamp } = await credential.getToken(scope)
  await credential.getToken(scope)
  expect(world.events).toEqual([
    {
      type: 'token-acquired',
      credential: 'ClientSecretCredential',
      scopes: [scope],
      tenantId,
      expiresOnTimestamp,
      remainingLifeInMs: expect.closeTo(3_600_000, -5),
      milliseconds: expect.any(Number),
      reason: 'none-held',
      source: 'network',
    },
  ])
})

test('a failure is reported after its retries', async () => {
  world.emulator.faults.next({ status: 503, retryAfter: 7 }, { aadsts: 7000215 })
  await using credential = create()
  const error = await failure(credential.getToken(scope))
  expect(world.events).toMatchObject([
    { type: 'request-retried', attempt: 1, delayInMs: 7000, statusCode: 503 },
    { type: 'token-failed', scopes: [scope], error, reason: 'none-held', aadsts: 7000215, statusCode: 401 },
  ])
  expect(world.slept).toEqual([7000])
})

test('everyone who waits hears of one failure', async () => {
  world.emulator.faults.next({ aadsts: 7000215 })
  await using credential = create()
  await Promise.all(Array.from({ length: 5 }, () => failure(credential.getToken(scope))))
  expect(world.events).toHaveLength(1)
})

test('an abort is not a failure', async () => {
  world.emulator.faults.next({ delay: 60_000 })
  const credential = create()
  const controller = new AbortController()
  const pending = failure(credential.getToken(scope, { abortSignal: controller.signal }))
  controller.abort()
  await pending
  await credential.close()
  expect(world.events).toEqual([])
})

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('mine')
    },
  ],
  ['rejects', async () => Promise.reject(new Error('mine'))],
  ['gives a thenable that fails', () => thenable((_, fail) => fail(new Error('mine')))],
  [
    'gives a thenable that throws',
    () =>
      thenable(() => {
        throw new Error('mine')
      }),
  ],
])('a listener that %s changes nothing and ends no process', async (_, listener) => {
  const ends: unknown[] = []
  const note = (reason: unknown): unknown => ends.push(reason)
  for (const event of ['unhandledRejection', 'uncaughtException']) process.on(event, note)
  channel('entrada').subscribe(listener)
  await using credential = create({ onEvent: listener })
  expect((await credential.getToken(scope)).token).toBeTruthy()
  world.emulator.faults.next({ aadsts: 7000215 })
  await failure(credential.getToken('https://other.example/.default'))
  channel('entrada').unsubscribe(listener)
  // Node tells of a rejection that nobody handles in the turn after it.
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  for (const event of ['unhandledRejection', 'uncaughtException']) process.off(event, note)
  expect(ends).toEqual([])
})

test('subscribers of the diagnostics channel hear of the same events, a chain’s too', async () => {
  const heard: EntradaEvent[] = []
  const listen = (event: unknown): unknown => heard.push(event as EntradaEvent)
  channel('entrada').subscribe(listen)
  await using chain = new ChainedTokenCredential(new EnvironmentCredential({ host: { env: {} } }), create())
  await chain.getToken(scope)
  channel('entrada').unsubscribe(listen)
  expect(heard).toMatchObject([
    { type: 'credential-skipped', credential: 'ChainedTokenCredential', skipped: 'EnvironmentCredential' },
    { type: 'token-acquired', credential: 'ClientSecretCredential' },
    { type: 'credential-selected', credential: 'ChainedTokenCredential', selected: 'ClientSecretCredential' },
  ])
  expect(heard[1]).toBe(world.events[0])
})

test('the account is reported only if that is allowed', async () => {
  await using credential = create({ loggingOptions: { allowLoggingAccountIdentifiers: true } })
  const { token } = await credential.getToken(scope)
  expect(world.events).toMatchObject([
    { type: 'token-acquired', account: { applicationId: clientId, tenantId, objectId: expect.any(String) } },
  ])
  expect(inspect(world.events, { depth: 9 })).not.toContain(token)
})

test('a token that is not a JWT has no account, and causes no failure', async () => {
  for (const access_token of [
    'opaque',
    'a.b.c',
    'a.%.c',
    `a.${btoa('[1]')}.c`,
    `a.${btoa('{"appid":5,"tid":{}}')}.c`,
  ]) {
    world.emulator.faults.next({ status: 200, body: { access_token, expires_in: 3600 } })
    await using credential = create({ loggingOptions: { allowLoggingAccountIdentifiers: true } })
    expect((await credential.getToken(scope)).token).toBe(access_token)
    expect(world.events.at(-1)).toMatchObject({ account: {} })
  }
})

test('the logger has the shape of the one that @azure/identity exports', () => {
  const azureLogger = createClientLogger('identity')
  expect(Object.keys(logger).sort(byName)).toEqual(Object.keys(azureLogger).sort(byName))
  for (const level of ['error', 'warning', 'info', 'verbose'] as const) {
    const [ours, theirs] = [logger[level], azureLogger[level]]
    expect([typeof ours, ours.namespace, typeof ours.log, typeof ours.destroy, ours.enabled]).toEqual([
      typeof theirs,
      theirs.namespace,
      typeof theirs.log,
      typeof theirs.destroy,
      theirs.enabled,
    ])
    expect(ours.extend('x').namespace).toContain(':x')
    expect(ours.destroy()).toBe(true)
  }
})

function byName(left: string, right: string): number {
  return left < right ? -1 : 1
}

/** An object that only its method makes a promise. */
function thenable(then: (resolve: unknown, fail: (error: Error) => void) => void): object {
  return Object.fromEntries([['then', then]])
}
