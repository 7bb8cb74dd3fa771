import { Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { maximumBodyBytes } from '../../src/http/exchange.ts'
import type { HttpFailure } from '../../src/http/failure.ts'
import type { Transport, TransportResponse } from '../../src/http/transport.ts'
import { failure, until } from '../world.ts'
import { openNodeTransport, secretBody, send } from './exchanges.ts'
import { serveHttp } from './servers.ts'

const url = 'https://login.example/token'
const globalFetch: Transport = (address, init) => globalThis.fetch(address, init)
const headers = { get: () => undefined }
const text = (): Promise<string> => Promise.reject(new Error('text() must not be called where there is a body'))
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('a body', () => {
  const shapes: [string, () => TransportResponse | Promise<TransportResponse>][] = [
    ['a plain object, not in a promise', () => ({ status: 200, headers, text: async () => 'grüß' })],
    ['a null body with text()', () => ({ status: 200, headers, body: null, text: async () => 'grüß' })],
    ['a web stream', () => new Response('grüß')],
    [
      'a web stream that is not async iterable',
      () => {
        const reader = new Response('grüß').body?.getReader()
        return { status: 200, headers, body: { getReader: () => reader }, text }
      },
    ],
    [
      'an async iterable that splits a character',
      () => ({
        status: 200,
        headers,
        text,
        body: (async function* () {
          for (const byte of bytes('grüß')) yield new Uint8Array([byte])
        })(),
      }),
    ],
    ['a text, which only text() can read', () => ({ status: 200, headers, body: 'x', text: async () => 'grüß' })],
    ['bytes, which only text() can read', () => ({ status: 200, headers, body: bytes('x'), text: async () => 'grüß' })],
    ['a Node stream with an encoding', () => ({ status: 200, headers, body: Readable.from(['gr', 'üß']), text })],
    ['a Node stream', async () => new Response((await new Response('grüß').blob()).stream())],
  ]
  test.each(shapes)('may come as %s', async (_, respond) => {
    expect((await send(url, async () => respond())).text).toBe('grüß')
  })

  test.each([
    ['node:http', () => openNodeTransport()],
    ['the global fetch', () => ({ transport: globalFetch, close: () => undefined })],
  ])('of 1 MiB is read over %s; one byte more is refused and the connection dropped', async (_, open) => {
    const finished: boolean[] = []
    await using server = await serveHttp((incoming, outgoing) => {
      incoming.resume()
      const size = incoming.url === '/fits' ? maximumBodyBytes : maximumBodyBytes + 1
      outgoing.write('x'.repeat(size))
      if (incoming.url === '/fits') return void outgoing.end()
      outgoing.on('close', () => finished.push(outgoing.writableFinished))
    })
    const { transport, close } = open()
    expect((await send(`${server.url}fits`, transport)).text).toHaveLength(maximumBodyBytes)
    const error = (await failure(send(`${server.url}big`, transport))) as HttpFailure
    expect(error.kind).toBe('too-large')
    expect(error.message).toBe(`the answer is larger than ${maximumBodyBytes} bytes`)
    await until(() => finished.length === 1)
    expect(finished).toEqual([false])
    close()
  })

  test('that never ends is read no further than the limit', async () => {
    let given = 0
    let ended = false
    const body = (async function* () {
      try {
        for (;;) {
          given += 65_536
          yield new Uint8Array(65_536)
        }
      } finally {
        ended = true
      }
    })()
    const error = (await failure(send(url, () => ({ status: 200, headers, body, text })))) as HttpFailure
    expect(error.kind).toBe('too-large')
    expect(given).toBeLessThanOrEqual(maximumBodyBytes + 65_536)
    expect(ended).toBe(true)
  })

  test('that text() gives is bounded too', async () => {
    const big = 'x'.repeat(maximumBodyBytes + 1)
    const error = (await failure(send(url, () => ({ status: 200, headers, text: async () => big })))) as HttpFailure
    expect(error.kind).toBe('too-large')
  })

  test.each([
    ['node:http', () => openNodeTransport()],
    ['the global fetch', () => ({ transport: globalFetch, close: () => undefined })],
  ])('that drips is ended by the time-out, over %s', async (_, open) => {
    let ended = 0
    await using server = await serveHttp((incoming, outgoing) => {
      incoming.resume()
      if (incoming.url === '/warm') return void outgoing.end('warm')
      const drip = setInterval(() => outgoing.write('.'), 5)
      outgoing.on('close', () => {
        ended++
        clearInterval(drip)
      })
    })
    const { transport, close } = open()
    // What the time-out ends is a body: a first fetch of a process can take longer than it to connect.
    await send(new URL('/warm', server.url).href, transport)
    const error = (await failure(send(server.url, transport, { timeoutMs: 400 }))) as HttpFailure
    expect(error.kind).toBe('timeout')
    expect(error.message).toBe(`no answer from 127.0.0.1:${server.port} within 0.4 s`)
    await until(() => ended === 1)
    close()
  })
})

describe('a transport', () => {
  test('is called as a bare function, with the request and a signal', async () => {
    let seen: unknown
    const transport = function (this: unknown, address: string, init: object) {
      seen = [this, address, init]
      return new Response('')
    }
    await send(url, transport)
    expect(seen).toEqual([
      undefined,
      url,
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: expect.any(String),
        signal: expect.any(AbortSignal),
        redirect: 'manual',
      },
    ])
  })

  test('that throws or rejects is a failure of the network, with its own error as the cause', async () => {
    const cause = Object.assign(new Error('getaddrinfo ENOTFOUND login.example'), { code: 'ENOTFOUND' })
    for (const transport of [
      () => Promise.reject(cause),
      () => {
        throw cause
      },
    ] as Transport[]) {
      const error = (await failure(send(url, transport))) as HttpFailure
      expect(error).toMatchObject({ kind: 'network', message: cause.message, cause })
    }
  })

  test('whose error hides the reason in its causes gets it reported', async () => {
    const refused = Object.assign(new Error('connect 127.0.0.1:1'), { code: 'ECONNREFUSED' })
    const error = await failure(
      send(url, () => Promise.reject(new TypeError('fetch failed', { cause: new AggregateError([refused], '') }))),
    )
    expect(error.message).toBe('ECONNREFUSED: connect 127.0.0.1:1')
  })

  test('that ignores its signal is left at the time-out', async () => {
    const error = (await failure(send(url, () => new Promise(() => undefined), { timeoutMs: 10 }))) as HttpFailure
    expect(error.kind).toBe('timeout')
  })

  test('that ignores its signal is left when the caller aborts', async () => {
    const controller = new AbortController()
    const pending = failure(send(url, () => new Promise(() => undefined), { signal: controller.signal }))
    controller.abort()
    expect((await pending).name).toBe('AbortError')
  })

  test('that answers after it was left harms nobody', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): number => unhandled.push(reason)
    process.on('unhandledRejection', note)
    let answer: (error: Error) => void = () => undefined
    const late = new Promise<never>((_, reject) => {
      answer = reject
    })
    await failure(send(url, () => late, { timeoutMs: 5 }))
    answer(new Error('late'))
    await new Promise((resolve) => setTimeout(resolve, 5))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  test('is not called for a caller that has aborted already', async () => {
    const transport = vi.fn<Transport>()
    const error = await failure(send(url, transport, { signal: AbortSignal.abort() }))
    expect(error.name).toBe('AbortError')
    expect(transport).not.toHaveBeenCalled()
  })

  test('that shows a redirect as status 0, as a browser does, is a failure', async () => {
    const error = (await failure(send(url, () => ({ status: 0, headers, text: async () => '' })))) as HttpFailure
    expect(error.kind).toBe('redirect')
  })
})

test.each(['before the answer', 'in the middle of the head', 'in the middle of the body'])(
  'an abort %s ends the exchange and its connection at once',
  async (stage) => {
    await using server = await serveHttp((incoming, outgoing) => {
      incoming.resume()
      if (stage === 'in the middle of the head') outgoing.socket?.write('HTTP/1.1 200 OK\r\nContent-Len')
      if (stage === 'in the middle of the body') outgoing.write('half')
    })
    const { transport, close } = openNodeTransport()
    const controller = new AbortController()
    const pending = failure(send(server.url, transport, { signal: controller.signal }))
    await until(() => server.open() === 1)
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    expect((await pending).name).toBe('AbortError')
    await until(() => server.open() === 0)
    close()
  },
)

test('a header that a caller’s transport brings is read no further than 16 KiB', async () => {
  const value = '9'.repeat(1024 * 1024)
  const transport: Transport = () => ({ status: 503, headers: { get: () => value }, text: async () => '' })
  const { header } = await send(url, transport)
  expect(header('retry-after')).toBe(value.slice(0, 16 * 1024))
})

test('leaves neither a listener on the caller’s signal nor a timer', async () => {
  const controller = new AbortController()
  const remove = vi.spyOn(controller.signal, 'removeEventListener')
  const add = vi.spyOn(controller.signal, 'addEventListener')
  await send(url, () => new Response(''), { signal: controller.signal })
  await failure(send(url, () => Promise.reject(new Error('no')), { signal: controller.signal }))
  expect(remove).toHaveBeenCalledTimes(add.mock.calls.length)
})

describe('what a transport returns', () => {
  const given = (response: unknown): Transport => (async () => response) as Transport
  const text = async (): Promise<string> => 'text'

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'the transport returned no response with a status'],
    ['null', null, 'the transport returned no response with a status'],
    ['no status', { headers, text }, 'the transport returned no response with a status'],
    ['a status that is text', { status: '200', headers, text }, 'the transport returned no response with a status'],
    ['parsed JSON', { status: 200, headers, text: async () => ({}) }, 'the transport returned a body that is not text'],
    [
      'no text',
      { status: 200, headers, text: async () => undefined },
      'the transport returned a body that is not text',
    ],
  ])('is no response: %s', async (_, response, message) => {
    expect(await failure(send(url, given(response)))).toMatchObject({ kind: 'malformed', message })
  })

  test.each<[string, unknown]>([
    ['none', undefined],
    ['a plain object', { 'retry-after': '5' }],
    [
      'a getter that throws',
      {
        get() {
          throw new Error(secretBody)
        },
      },
    ],
  ])('has no readable header: %s', async (_, unreadable) => {
    const answer = await send(url, given({ status: 429, headers: unreadable, text }))
    expect([answer.header('retry-after'), answer.retryAfterMs]).toEqual([undefined, undefined])
  })

  test('may have headers that are numbers', async () => {
    const answer = await send(url, given({ status: 429, headers: new Map([['retry-after', 5]]), text }))
    expect(answer.retryAfterMs).toBe(5000)
  })

  test.each<[string, () => unknown]>([
    ['revoked', () => revoked()],
    [
      'with traps that throw',
      () =>
        new Proxy(new Error(secretBody), {
          getPrototypeOf() {
            throw new Error(secretBody)
          },
        }),
    ],
  ])('or throws, a Proxy even, is an error of ours: %s', async (_, thrown) => {
    const error = await failure(
      send(url, () => {
        throw thrown()
      }),
    )
    expect(error).toMatchObject({ name: 'HttpFailure', kind: 'network' })
    expect(error.message).not.toContain(secretBody)
  })
})

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
