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

test('a token is told of once, when it comes and not when it is cached', async () => {
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
      milliseconds: expect.any(Number),
      source: 'network',
    },
  ])
})

test('a failure is told of with its retries before it', async () => {
  world.emulator.faults.next({ status: 503, retryAfter: 7 }, { aadsts: 7000215 })
  await using credential = create()
  const error = await failure(credential.getToken(scope))
  expect(world.events).toMatchObject([
    { type: 'request-retried', attempt: 1, delayInMs: 7000, statusCode: 503 },
    { type: 'token-failed', scopes: [scope], error },
  ])
  expect(world.slept).toEqual([7000])
})

test('everyone who waits hears of one failure', async () => {
  world.emulator.faults.next({ aadsts: 7000215 })
  await using credential = create()
  await Promise.all(Array.from({ length: 5 }, () => failure(credential.getToken(scope))))
  expect(world.events).toHaveLength(1)
})

test('an abort is no failure', async () => {
  world.emulator.faults.next({ delay: 60_000 })
  const credential = create()
  const controller = new AbortController()
  const pending = failure(credential.getToken(scope, { abortSignal: controller.signal }))
  controller.abort()
  await pending
  await credential.close()
  expect(world.events).toEqual([])
})

test('what onEvent throws is ignored', async () => {
  await using credential = create({
    onEvent() {
      throw new Error('mine')
    },
  })
  expect((await credential.getToken(scope)).token).toBeTruthy()
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

test('the account is told of only where that is allowed', async () => {
  await using credential = create({ loggingOptions: { allowLoggingAccountIdentifiers: true } })
  const { token } = await credential.getToken(scope)
  expect(world.events).toMatchObject([
    { type: 'token-acquired', account: { applicationId: clientId, tenantId, objectId: expect.any(String) } },
  ])
  expect(inspect(world.events, { depth: 9 })).not.toContain(token)
})

test('a token that is no JWT has no account, and fails nothing', async () => {
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
