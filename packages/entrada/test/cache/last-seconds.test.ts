import { afterEach, describe, expect, test, vi } from 'vitest'
import { failure, scope } from '../world.ts'
import { holdAnswer } from './stored-world.ts'
import { advance, createTwoClocks } from './two-clocks.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** A credential whose token of an hour has so many milliseconds left, and whose next request is not answered yet. */
async function withToken(left: number) {
  const world = createTwoClocks()
  const credential = world.credential({ retryOptions: { maxRetries: 0 } })
  await credential.getToken(scope)
  world.jump(3_600_000 - left)
  return { world, credential, answer: holdAnswer(world) }
}

const next = (): Response => Response.json({ access_token: 'next', expires_in: 3600 })
const down = (): Response => new Response('', { status: 503 })

describe('in the last 30 seconds of a token', () => {
  test('the caller gets the next one if that comes in time', async () => {
    const { world, credential, answer } = await withToken(25_000)
    const asked = credential.getToken(scope)
    await world.happens(() => world.sent.length === 2)
    await world.pass(22_000)
    answer(next())
    expect((await asked).token).toBe('next')
    await credential.close()
  })

  test('the caller gets the held one two seconds before its end, and the request goes on behind', async () => {
    const { world, credential, answer } = await withToken(25_000)
    let got: string | undefined
    const asked = credential.getToken(scope).then(({ token }) => {
      got = token
    })
    await world.happens(() => world.sent.length === 2)
    await world.pass(22_999)
    expect(got).toBeUndefined()
    await world.pass(1)
    await asked
    expect(got).toBe('token-1')
    answer(next())
    await world.happens(() => world.events.filter(({ type }) => type === 'token-acquired').length === 2)
    expect((await credential.getToken(scope)).token).toBe('next')
    expect(world.sent).toHaveLength(2)
    await credential.close()
  })

  test('the caller gets the held one when their own time-out ends before', async () => {
    const { world, credential } = await withToken(25_000)
    const asked = credential.getToken(scope, { requestOptions: { timeout: 5000 } })
    await world.happens(() => world.sent.length === 2)
    await world.pass(5000)
    expect((await asked).token).toBe('token-1')
    await credential.close()
  })

  test('an abort ends the caller’s wait, and the request goes on behind', async () => {
    const { world, credential, answer } = await withToken(25_000)
    const controller = new AbortController()
    const asked = failure(credential.getToken(scope, { abortSignal: controller.signal }))
    await world.happens(() => world.sent.length === 2)
    controller.abort()
    expect((await asked).name).toBe('AbortError')
    answer(next())
    await world.happens(() => world.events.filter(({ type }) => type === 'token-acquired').length === 2)
    await credential.close()
  })

  test('the caller of a process that stood still meanwhile waits on for the next one', async () => {
    const { world, credential, answer } = await withToken(25_000)
    const asked = credential.getToken(scope)
    await world.happens(() => world.sent.length === 2)
    world.jump(60_000)
    await advance(23_000)
    answer(next())
    expect((await asked).token).toBe('next')
    await credential.close()
  })

  test('that caller’s own time-out still holds', async () => {
    const { world, credential } = await withToken(25_000)
    const asked = failure(credential.getToken(scope, { requestOptions: { timeout: 28_000 } }))
    await world.happens(() => world.sent.length === 2)
    world.jump(30_000)
    await advance(23_000)
    await advance(5000)
    expect((await asked).name).toBe('TimeoutError')
    await credential.close()
  })
})

describe('in the last two seconds of a token', () => {
  test('the caller waits for the next one, past the end', async () => {
    const { world, credential, answer } = await withToken(2000)
    const asked = credential.getToken(scope)
    await world.happens(() => world.sent.length === 2)
    await world.pass(10_000)
    answer(next())
    expect((await asked).token).toBe('next')
    await credential.close()
  })

  test('the caller gets the held one where the request fails before the end', async () => {
    const { world, credential, answer } = await withToken(1500)
    const asked = credential.getToken(scope)
    await world.happens(() => world.sent.length === 2)
    answer(down())
    expect((await asked).token).toBe('token-1')
    await credential.close()
  })

  test('the caller is rejected where their own time-out outlasts the token', async () => {
    const { world, credential } = await withToken(2000)
    const asked = failure(credential.getToken(scope, { requestOptions: { timeout: 3000 } }))
    await world.happens(() => world.sent.length === 2)
    await world.pass(3000)
    expect((await asked).name).toBe('TimeoutError')
    await credential.close()
  })
})

describe('an attempt that fails after the end', () => {
  test.each([299_000, 29_000, 2000, 1])('and began %i ms before it is followed by one more', async (left) => {
    const { world, credential, answer } = await withToken(left)
    const early = credential.getToken(scope)
    await world.happens(() => world.sent.length === 2)
    world.jump(left)
    const late = credential.getToken(scope)
    answer(down())
    expect((await late).token).toBe('token-3')
    expect(['token-1', 'token-3']).toContain((await early).token)
    expect(world.sent).toHaveLength(3)
    await credential.close()
  })

  test('is followed by no second one: the error of that is the callers’', async () => {
    const { world, credential, answer } = await withToken(2000)
    const asked = failure(credential.getToken(scope))
    await world.happens(() => world.sent.length === 2)
    world.jump(2000)
    world.answer.next = down
    answer(down())
    expect(await asked).toMatchObject({ statusCode: 503 })
    expect(world.sent).toHaveLength(3)
    await credential.close()
  })

  test('is followed by none where it began after the end', async () => {
    const { world, credential, answer } = await withToken(0)
    const asked = failure(credential.getToken(scope))
    await world.happens(() => world.sent.length === 2)
    answer(down())
    expect(await asked).toMatchObject({ statusCode: 503 })
    expect(world.sent).toHaveLength(2)
    await credential.close()
  })

  test('is followed by none where nobody waits', async () => {
    const { world, credential, answer } = await withToken(200_000)
    await credential.getToken(scope)
    await world.happens(() => world.sent.length === 2)
    world.jump(200_000)
    answer(down())
    await world.happens(() => world.events.some(({ type }) => type === 'token-failed'))
    expect((await credential.getToken(scope)).token).toBe('token-3')
    expect(world.sent).toHaveLength(3)
    await credential.close()
  })
})

describe('a request that fails after a claims challenge has brought a token', () => {
  const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'

  test.each(['cold', 'expired'])('gives that token (%s)', async (state) => {
    const { world, credential, answer } = await withToken(0)
    if (state === 'cold') await credential.close()
    const asking = state === 'cold' ? world.credential({ retryOptions: { maxRetries: 0 } }) : credential
    const plain = asking.getToken(scope)
    await world.happens(() => world.sent.length === 2)
    const challenged = await asking.getToken(scope, { claims })
    answer(down())
    expect((await plain).token).toBe(challenged.token)
    expect((await asking.getToken(scope)).token).toBe(challenged.token)
    await asking.close()
  })

  test('is tried again after it, and what that brings is kept, since no challenge has replaced it', async () => {
    const world = createTwoClocks()
    await using credential = world.credential({ host: { sleep: async () => undefined } })
    const answer = holdAnswer(world)
    const plain = credential.getToken(scope)
    await world.happens(() => world.sent.length === 1)
    world.answer.next = () => {
      world.answer.next = undefined
      return Response.json({ access_token: 'short', expires_in: 60 })
    }
    world.jump(1)
    expect((await credential.getToken(scope, { claims })).token).toBe('short')
    world.jump(1)
    answer(down())
    expect((await plain).token).toBe('token-3')
    world.jump(60_000)
    expect((await credential.getToken(scope)).token).toBe('token-3')
  })

  test('has that token too where one that was asked for later has ended meanwhile', async () => {
    const world = createTwoClocks()
    await using credential = world.credential({ host: { sleep: async () => undefined } })
    const answer = holdAnswer(world)
    const challenged = credential.getToken(scope, { claims })
    await world.happens(() => world.sent.length === 1)
    world.answer.next = () => Response.json({ access_token: 'short', expires_in: 60 })
    world.jump(1)
    expect((await credential.getToken(scope)).token).toBe('short')
    world.jump(60_000)
    answer(Response.json({ access_token: 'long', expires_in: 3600 }))
    expect((await challenged).token).toBe('long')
    world.answer.next = down
    expect((await credential.getToken(scope)).token).toBe('long')
  })

  test('but no claims challenge is answered from the cache', async () => {
    const { world, credential } = await withToken(3_000_000)
    world.answer.next = down
    expect(await failure(credential.getToken(scope, { claims }))).toMatchObject({ statusCode: 503 })
    expect((await credential.getToken(scope)).token).toBe('token-1')
    await credential.close()
  })
})
