import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import {
  type ListenOnLoopback,
  type LoopbackServer,
  listenHere,
  listenWithin,
} from '../../src/runtime/loopback-server.ts'
import { type CallbackAnswer, type Loopback, type LoopbackOptions, openLoopback } from '../../src/sign-in/loopback.ts'
import { anyLoopback } from '../../src/sign-in/loopback-uri.ts'
import { failure, until } from '../world.ts'

const state = 'the-state-that-was-sent'
const authority = 'https://login.example'
const form = 'application/x-www-form-urlencoded'

/** A loopback that waits for an answer, closed at the end of the test. */
async function waiting(options: Partial<LoopbackOptions> = {}) {
  const loopback = await openLoopback({ uri: anyLoopback, state, origins: [authority], listen: listenHere, ...options })
  const answers: CallbackAnswer[] = []
  void loopback.answer.then(async (answer) => {
    answers.push(answer)
    await answer.show(200, { heading: 'Done', text: 'Signed in.' })
  })
  const { port } = new URL(loopback.redirectUri)
  return Object.assign(loopback, { answers, port: Number(port), [Symbol.asyncDispose]: () => loopback.close() })
}

interface Sent {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
}

/** One request, with exactly these headers. */
function send({ port }: { port: number }, { method = 'POST', path = '/', headers = {}, body = '' }: Sent = {}) {
  return new Promise<{ status: number; text: string; headers: IncomingHttpHeaders }>((resolve, reject) => {
    const all = { host: `localhost:${port}`, ...(method === 'POST' ? { 'content-type': form } : {}), ...headers }
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers: all, setHost: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }))
    })
    request.on('error', reject)
    request.end(method === 'POST' ? body : undefined)
  })
}

/** The right answer, which must get through whatever was sent before. */
async function rightAnswerArrives(loopback: Awaited<ReturnType<typeof waiting>>): Promise<void> {
  expect(loopback.answers).toHaveLength(0)
  const { status } = await send(loopback, { body: `code=right&state=${state}`, headers: { origin: authority } })
  expect(status).toBe(200)
  expect(loopback.answers.map(({ fields }) => fields.get('code'))).toEqual(['right'])
}

test.each<[string, Sent, number]>([
  ['a wrong state', { body: 'code=stolen&state=guessed' }, 400],
  ['a state that begins right', { body: `code=stolen&state=${state}x` }, 400],
  ['no state', { body: 'code=stolen' }, 400],
  ['an empty state', { body: 'code=stolen&state=' }, 400],
  ['a doubled state', { body: `code=stolen&state=${state}&state=${state}` }, 400],
  ['a doubled state, the second wrong', { body: `code=stolen&state=${state}&state=guessed` }, 400],
  ['a doubled code', { body: `code=stolen&code=other&state=${state}` }, 400],
  ['an error with a wrong state', { body: 'error=access_denied&state=guessed' }, 400],
  ['an error without a state', { body: 'error=access_denied' }, 400],
  ['the code in an address', { method: 'GET', path: `/?code=stolen&state=${state}` }, 400],
  ['an error in an address', { method: 'GET', path: `/?error=access_denied&state=${state}` }, 400],
  [
    'a form with the answer in its address',
    { path: `/?code=stolen&state=${state}`, body: `code=x&state=${state}` },
    400,
  ],
  ['GET', { method: 'GET' }, 405],
  ['HEAD', { method: 'HEAD' }, 405],
  ['OPTIONS', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }, 405],
  ['PUT', { method: 'PUT', headers: { 'content-length': '0' } }, 405],
  ['another path', { path: '/favicon.ico', body: `code=stolen&state=${state}` }, 404],
  ['JSON', { body: `{"code":"stolen","state":"${state}"}`, headers: { 'content-type': 'application/json' } }, 415],
  ['a form of another type', { body: `code=stolen&state=${state}`, headers: { 'content-type': 'text/plain' } }, 415],
  ['a type that begins right', { body: `code=s&state=${state}`, headers: { 'content-type': `${form}x` } }, 415],
  ['another host', { body: `code=stolen&state=${state}`, headers: { host: 'evil.example' } }, 403],
  ['a look-alike host', { body: `code=stolen&state=${state}`, headers: { host: 'localhost.evil.example' } }, 403],
  ['the host without its port', { body: `code=stolen&state=${state}`, headers: { host: 'localhost' } }, 403],
  ['another site’s form', { body: `code=stolen&state=${state}`, headers: { origin: 'https://evil.example' } }, 403],
  ['a look-alike origin', { body: `c=s&state=${state}`, headers: { origin: `${authority}.evil.example` } }, 403],
  [
    'an origin behind two thousand other headers',
    {
      body: `code=stolen&state=${state}`,
      headers: {
        ...Object.fromEntries(Array.from({ length: 2000 }, (__, count) => [`x${count}`, ''])),
        origin: 'https://evil.example',
      },
    },
    403,
  ],
  ['an origin by http', { body: `code=s&state=${state}`, headers: { origin: 'http://login.example' } }, 403],
])('%s is refused, and does not end the sign-in', async (_, sent, status) => {
  await using loopback = await waiting()
  const answer = await send(loopback, sent)
  expect(answer.status).toBe(status)
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
  expect(answer.text).not.toContain('stolen')
  if (status === 405) expect(answer.headers.allow).toBe('POST')
  await rightAnswerArrives(loopback)
})

test('an answer without Origin, or with the one of a page that hides itself, counts', async () => {
  for (const headers of [{}, { origin: 'null' }, { origin: authority.toUpperCase() }]) {
    await using loopback = await waiting()
    expect(
      (await send(loopback, { body: `code=right&state=${state}`, headers: headers as Record<string, string> })).status,
    ).toBe(200)
    expect(loopback.answers).toHaveLength(1)
  }
})

test('one answer counts: the next with the same state gets none', async () => {
  await using loopback = await waiting()
  await rightAnswerArrives(loopback)
  expect((await send(loopback, { body: `code=second&state=${state}` })).status).toBe(409)
  expect(loopback.answers).toHaveLength(1)
})

test('a body of more than 64 KB is not read on, whether it is announced or not', async () => {
  await using loopback = await waiting()
  const huge = `code=stolen&state=${state}&x=${'x'.repeat(70_000)}`
  const announced = await send(loopback, { body: huge }).catch(() => undefined)
  expect(announced?.status ?? 413).toBe(413)
  const dripping = socketTo(loopback)
  const head = `POST / HTTP/1.1\r\nHost: localhost:${loopback.port}\r\nContent-Type: ${form}\r\nTransfer-Encoding: chunked\r\n\r\n`
  dripping.socket.write(head)
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
  for (let count = 0; count < 6; count++) dripping.socket.write(chunk)
  await until(() => dripping.received().includes(' 413 '))
  dripping.socket.destroy()
  await rightAnswerArrives(loopback)
})

test('connections that send nothing, half a head or half a body keep nobody out, and end when the sign-in does', async () => {
  const loopback = await waiting()
  const head = `POST / HTTP/1.1\r\nHost: localhost:${loopback.port}\r\nContent-Type: ${form}\r\nContent-Length: 100\r\n\r\n`
  const slow = ['', 'POST / HT', head, `${head}code=sto`].map((text) => {
    const opened = socketTo(loopback)
    opened.socket.write(text)
    return opened
  })
  await until(() => slow.every(({ socket }) => !socket.connecting))
  await rightAnswerArrives(loopback)
  await loopback.close()
  await until(() => slow.every(({ isClosed }) => isClosed()))
  expect(slow.map(({ received }) => received())).toEqual(['', '', '', ''])
})

test('a request that drips in is ended when its time is up', async () => {
  const hasty: ListenOnLoopback = (...where) => listenWithin(100, ...where)
  await using loopback = await waiting({ listen: hasty })
  const head = `POST / HTTP/1.1\r\nHost: localhost:${loopback.port}\r\nContent-Type: ${form}\r\nContent-Length: 100\r\n\r\n`
  const slow = ['', 'POST / HT', `${head}code=sto`].map((text) => {
    const opened = socketTo(loopback)
    opened.socket.write(text)
    return opened
  })
  await until(() => slow.every(({ isClosed }) => isClosed()))
  await rightAnswerArrives(loopback)
})

function socketTo({ port }: { port: number }): { socket: Socket; received(): string; isClosed(): boolean } {
  const socket = connect({ host: '127.0.0.1', port })
  let received = ''
  let isClosed = false
  socket.on('data', (chunk) => {
    received += chunk
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    isClosed = true
  })
  return { socket, received: () => received, isClosed: () => isClosed }
}

test('when it is closed, nothing listens', async () => {
  const loopback = await waiting()
  await loopback.close()
  expect(await failure(send(loopback))).toMatchObject({ code: 'ECONNREFUSED' })
})

test('it keeps the process not alive', async () => {
  await using loopback = await waiting()
  const resources = process.getActiveResourcesInfo()
  expect(resources.filter((name) => name === 'TCPServerWrap')).toHaveLength(0)
  expect(loopback.redirectUri).toMatch(/^http:\/\/localhost:\d+$/)
})

/** Servers that do not listen: what the system says to each address and port. */
function system(answers: (address: string, port: number, time: number) => string | undefined) {
  const asked: string[] = []
  const open = new Set<string>()
  let next = 50_000
  const listen: ListenOnLoopback = async (address, port): Promise<LoopbackServer> => {
    const own = port === 0 ? next++ : port
    asked.push(`${address} ${port}`)
    const code = answers(address, own, asked.length)
    if (code !== undefined) throw Object.assign(new Error(code), { code })
    const name = `${address} ${own}`
    open.add(name)
    return { port: own, close: async () => void open.delete(name) }
  }
  return { listen, asked, open }
}

const opened = (listen: ListenOnLoopback, uri: LoopbackOptions['uri'] = anyLoopback): Promise<Loopback> =>
  openLoopback({ uri, state, origins: [], listen })

test('it listens on 127.0.0.1 and ::1, on one port', async () => {
  const { listen, open } = system(() => undefined)
  expect((await opened(listen)).redirectUri).toBe('http://localhost:50000')
  expect([...open]).toEqual(['127.0.0.1 50000', '::1 50000'])
})

test.each(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])('if ::1 does not exist (%s), only on 127.0.0.1', async (code) => {
  const { listen, open } = system((address) => (address === '::1' ? code : undefined))
  expect((await opened(listen)).redirectUri).toBe('http://localhost:50000')
  expect([...open]).toEqual(['127.0.0.1 50000'])
})

test('where another program has the port on ::1, another port is taken, and the first is left', async () => {
  const { listen, open } = system((address, port) => (address === '::1' && port < 50_003 ? 'EADDRINUSE' : undefined))
  expect((await opened(listen)).redirectUri).toBe('http://localhost:50003')
  expect([...open]).toEqual(['127.0.0.1 50003', '::1 50003'])
})

test('where every port is taken on ::1, it gives up in the end, and nothing listens', async () => {
  const { listen, open, asked } = system((address) => (address === '::1' ? 'EADDRINUSE' : undefined))
  expect(await failure(opened(listen))).toMatchObject({ code: 'EADDRINUSE', address: '::1' })
  expect(open.size).toBe(0)
  expect(asked.length).toBeLessThan(30)
})

test.each(['127.0.0.1', '::1'] as const)('a fixed port that is taken on %s is not used', async (address) => {
  const { listen, open, asked } = system((at) => (at === address ? 'EADDRINUSE' : undefined))
  const error = await failure(opened(listen, { ...anyLoopback, port: 8400 }))
  expect(error).toMatchObject({ code: 'EADDRINUSE', address })
  expect(open.size).toBe(0)
  expect(asked.length).toBeLessThanOrEqual(2)
})

test.each([
  ['127.0.0.1', '127.0.0.1 8400'],
  ['[::1]', '::1 8400'],
] as const)('at %s it listens there alone', async (hostname, expected) => {
  const { listen, open } = system(() => undefined)
  const { redirectUri } = await opened(listen, { hostname, port: 8400, path: '/back' })
  expect(redirectUri).toBe(`http://${hostname}:8400/back`)
  expect([...open]).toEqual([expected])
})
