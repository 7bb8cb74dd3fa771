import { ChainedTokenCredential, countTokens, type EntradaEvent } from 'entrada'
import { afterEach, expect, test, vi } from 'vitest'
import { createTwoClocks } from '../cache/two-clocks.ts'
import { scope } from '../world.ts'

const minute = 60_000

afterEach(() => {
  vi.useRealTimers()
})

const counted = (events: readonly EntradaEvent[]): readonly EntradaEvent[] =>
  events.filter(({ type }) => type === 'tokens-counted')

test('tokens from memory are counted, with the least life that one had, and told of when asked', async () => {
  const world = createTwoClocks()
  await using credential = world.credential()
  const counting = countTokens()
  await counting.tell()
  await credential.getToken(scope)
  for (let call = 0; call < 3; call++) await credential.getToken([scope], { tracingOptions: {} })
  world.jump(10 * minute)
  await credential.getToken(scope)
  expect(counted(world.events)).toEqual([])
  await counting.tell()
  const told = { type: 'tokens-counted', credential: 'ClientSecretCredential', source: 'memory' }
  expect(counted(world.events)).toEqual([{ ...told, count: 4, leastLifeInMs: 50 * minute }])
  await counting.tell()
  expect(counted(world.events)).toHaveLength(1)
  counting.stop()
})

test('tokens that were there before are counted too, and no longer when nobody counts', async () => {
  const world = createTwoClocks()
  await using credential = world.credential()
  const held = credential.getToken(scope)
  await held
  const [first, second] = [countTokens(), countTokens()]
  await first.tell()
  await credential.getToken(scope)
  first.stop()
  first.stop()
  await credential.getToken(scope)
  await second.tell()
  await first.tell()
  expect(counted(world.events)).toMatchObject([{ count: 2 }])
  second.stop()
  await second.tell()
  expect(credential.getToken(scope)).toBe(credential.getToken(scope))
  expect(counted(world.events)).toHaveLength(1)
  expect(world.sent).toHaveLength(1)
})

test('a token that is served while its refreshes fail is counted, with the life that is left', async () => {
  const world = createTwoClocks()
  await using credential = world.credential()
  const counting = countTokens()
  await credential.getToken(scope)
  world.answer.next = () => new Response('{}', { status: 401 })
  world.jump(56 * minute)
  for (let call = 0; call < 5; call++) await credential.getToken(scope)
  await world.happens(() => world.events.some(({ type }) => type === 'refresh-failed'))
  expect((await credential.getToken(scope)).token).toBe('token-1')
  await counting.tell()
  expect(counted(world.events)).toMatchObject([{ count: 6, leastLifeInMs: 4 * minute }])
  expect(world.events.find(({ type }) => type === 'refresh-failed')).toMatchObject({
    remainingLifeInMs: 4 * minute,
    statusCode: 401,
  })
  counting.stop()
})

test('a counted token ends by whichever clock says so first', async () => {
  const world = createTwoClocks()
  await using credential = world.credential()
  const counting = countTokens()
  await credential.getToken(scope)
  world.set(61 * minute)
  await world.pass(1000)
  expect((await credential.getToken(scope)).token).toBe('token-2')
  counting.stop()
  world.set(61 * minute)
  await world.pass(1000)
  expect((await credential.getToken(scope)).token).toBe('token-3')
})

test('they are told of on an interval, and of what is left when the credential is closed', async () => {
  const world = createTwoClocks()
  const credential = world.credential()
  const chain = new ChainedTokenCredential(credential)
  const counting = countTokens({ everyMs: minute })
  await chain.getToken(scope)
  await chain.getToken(scope)
  await world.pass(minute)
  await world.happens(() => counted(world.events).length === 1)
  await chain.getToken(scope)
  await world.pass(minute)
  await world.happens(() => counted(world.events).length === 2)
  await chain.getToken(scope)
  await chain.close()
  expect(counted(world.events)).toMatchObject([{ count: 1 }, { count: 1 }, { count: 1 }])
  counting.stop()
})

test.each([0, -1, Number.NaN, '60000' as unknown as number])('an interval of %s is refused', (everyMs) => {
  expect(() => countTokens({ everyMs })).toThrow(
    'countTokens: everyMs must be a number of milliseconds above 0. Leave it out to call tell().',
  )
})
