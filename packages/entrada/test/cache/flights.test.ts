import { describe, expect, test } from 'vitest'
import { Flights } from '../../src/cache/flights.ts'
import { failure } from '../world.ts'

/** Work that ends when it is told to, or when it is aborted. */
function tower() {
  const started: { signal: AbortSignal; land(value: string): void; crash(error: Error): void }[] = []
  const task = (signal: AbortSignal): Promise<string> =>
    new Promise((land, crash) => {
      started.push({ signal, land, crash })
      signal.addEventListener('abort', () => crash(signal.reason))
    })
  return { started, task, flights: new Flights<string>('X') }
}

/** A task that takes no notice of its signal. */
const deaf = (): Promise<string> => new Promise(() => undefined)

test('all who want the same wait for one piece of work', async () => {
  const { started, task, flights } = tower()
  const all = Promise.all([1, 2, 3].map(() => flights.join('a', task, {})))
  const other = flights.join('b', task, {})
  expect(started).toHaveLength(2)
  started[0]?.land('one')
  started[1]?.land('other')
  expect(await all).toEqual(['one', 'one', 'one'])
  expect(await other).toBe('other')
})

test('a failure is everybody’s, and is not kept', async () => {
  const { started, task, flights } = tower()
  const both = [failure(flights.join('a', task, {})), failure(flights.join('a', task, {}))]
  const error = new Error('no')
  started[0]?.crash(error)
  expect(await Promise.all(both)).toEqual([error, error])
  const again = flights.join('a', task, {})
  started[1]?.land('yes')
  expect(await again).toBe('yes')
})

describe('one who gives up', () => {
  test('leaves alone', async () => {
    const { started, task, flights } = tower()
    const controller = new AbortController()
    const left = failure(flights.join('a', task, { signal: controller.signal }))
    const stayed = flights.join('a', task, {})
    controller.abort()
    expect(await left).toMatchObject({ name: 'AbortError', message: 'X: the caller aborted getToken.' })
    expect(started[0]?.signal.aborted).toBe(false)
    started[0]?.land('yes')
    expect(await stayed).toBe('yes')
  })

  test('as the last takes the work along, and the key is free in the same tick', async () => {
    const { started, task, flights } = tower()
    const controllers = [new AbortController(), new AbortController()]
    const left = controllers.map(({ signal }) => failure(flights.join('a', task, { signal })))
    for (const controller of controllers) controller.abort()
    expect(started[0]?.signal.aborted).toBe(true)
    const next = flights.join('a', task, {})
    expect(started).toHaveLength(2)
    started[1]?.land('new')
    expect(await next).toBe('new')
    expect((await Promise.all(left)).map(({ name }) => name)).toEqual(['AbortError', 'AbortError'])
  })

  test('does not wait for work that takes no notice', async () => {
    const flights = new Flights<string>('X')
    const controller = new AbortController()
    const left = failure(flights.join('a', deaf, { signal: controller.signal }))
    controller.abort()
    expect((await left).name).toBe('AbortError')
  })

  test('because of its time-out gets an error that says how long it waited', async () => {
    const { started, task, flights } = tower()
    const error = await failure(flights.join('a', task, { timeoutMs: 3 }))
    expect(error).toMatchObject({
      name: 'TimeoutError',
      message: 'X: no token within 3 ms (requestOptions.timeout).',
    })
    expect(started[0]?.signal.aborted).toBe(true)
  })

  test('after the work has ended changes nothing', async () => {
    const { started, task, flights } = tower()
    const controller = new AbortController()
    const joined = flights.join('a', task, { signal: controller.signal })
    started[0]?.land('yes')
    expect(await joined).toBe('yes')
    controller.abort()
    const next = flights.join('a', task, {})
    started[1]?.land('again')
    expect(await next).toBe('again')
  })
})

describe('work behind the callers’ backs', () => {
  test('goes on when those who joined it leave', async () => {
    const { started, task, flights } = tower()
    flights.startBehind('a', task)
    const controller = new AbortController()
    const left = failure(flights.join('a', task, { signal: controller.signal }))
    controller.abort()
    await left
    expect(started).toHaveLength(1)
    expect(started[0]?.signal.aborted).toBe(false)
    const stayed = flights.join('a', task, {})
    started[0]?.land('yes')
    expect(await stayed).toBe('yes')
  })

  test('is not started beside work of the same key, and its failure is nobody’s', async () => {
    const { started, task, flights } = tower()
    flights.startBehind('a', task)
    flights.startBehind('a', task)
    expect(started).toHaveLength(1)
    started[0]?.crash(new Error('unnoticed'))
    await flights.close()
  })
})

describe('close()', () => {
  test('rejects those who wait, aborts the work, and resolves when it has ended', async () => {
    const flights = new Flights<string>('X')
    let end: () => void = () => undefined
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    let isAborted = false
    const slow = async (signal: AbortSignal): Promise<string> => {
      signal.addEventListener('abort', () => {
        isAborted = true
      })
      await ended
      return 'late'
    }
    const waiting = failure(flights.join('a', slow, {}))
    flights.startBehind('b', slow)
    let isClosed = false
    const closing = flights.close().then(() => {
      isClosed = true
    })
    expect((await waiting).message).toBe('X is closed. Create a new credential, or close this one later.')
    expect(isAborted).toBe(true)
    expect(isClosed).toBe(false)
    end()
    await closing
    await flights.close()
  })

  test('waits for work that its last caller has left', async () => {
    const flights = new Flights<string>('X')
    let end: (value: string) => void = () => undefined
    const work = new Promise<string>((resolve) => {
      end = resolve
    })
    const controller = new AbortController()
    const left = failure(flights.join('a', () => work, { signal: controller.signal }))
    controller.abort()
    await left
    let isClosed = false
    const closing = flights.close().then(() => {
      isClosed = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(isClosed).toBe(false)
    end('late')
    await closing
  })
})

test('two thousand who wait with one signal get no warning and leave no listener behind', async () => {
  const warnings: Error[] = []
  const note = (warning: Error): number => warnings.push(warning)
  process.on('warning', note)
  const { started, task, flights } = tower()
  const { signal } = new AbortController()
  let listeners = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  const all = Promise.all(Array.from({ length: 2000 }, () => flights.join('a', task, { signal })))
  started[0]?.land('yes')
  expect(new Set(await all)).toEqual(new Set(['yes']))
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', note)
  expect(warnings).toEqual([])
  expect(listeners).toBe(0)
})
