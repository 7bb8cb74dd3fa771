import { once } from 'node:events'
import { expect, test } from 'vitest'
import { HttpFailure } from '../../src/http/failure.ts'
import { failure, until } from '../world.ts'
import { openNodeTransport, secretBody, send } from './exchanges.ts'
import { bodyOf, requestOn, serveHttp, serveTcp } from './servers.ts'

test('sends method, headers and body as they are, with their length in bytes', async () => {
  const seen: unknown[] = []
  await using server = await serveHttp(async (incoming, outgoing) => {
    seen.push([incoming.method, incoming.url, incoming.headers['content-length'], await bodyOf(incoming)])
    outgoing.end('yes')
  })
  const { transport, close } = openNodeTransport()
  const answer = await send(`${server.url}path?x=1`, transport)
  expect(answer).toMatchObject({ status: 200, text: 'yes' })
  expect(seen).toEqual([['POST', '/path?x=1', String(secretBody.length), secretBody]])
  close()
})

test('uses one connection for requests that follow each other', async () => {
  await using server = await serveHttp((incoming, outgoing) => incoming.resume().on('end', () => outgoing.end('ok')))
  const { transport, close } = openNodeTransport()
  for (let request = 0; request < 5; request++) await send(server.url, transport)
  expect(server.connections()).toBe(1)
  close()
  await until(() => server.open() === 0)
})

test('sends once more on a fresh connection when a kept one turns out to be closed', async () => {
  const received: string[] = []
  await using server = await serveTcp(async (socket, count) => {
    received.push(await requestOn(socket))
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok')
    if (count > 1) return
    await once(socket, 'data')
    socket.resetAndDestroy()
  })
  const { transport, close } = openNodeTransport()
  expect((await send(server.url, transport)).text).toBe('ok')
  expect((await send(server.url, transport)).text).toBe('ok')
  expect(server.connections()).toBe(2)
  expect(received).toHaveLength(2)
  close()
})

test('does not send again by itself when a fresh connection is reset', async () => {
  await using server = await serveTcp(async (socket) => {
    await requestOn(socket)
    socket.resetAndDestroy()
  })
  const { transport, close } = openNodeTransport()
  const error = (await failure(send(server.url, transport))) as HttpFailure
  expect(error).toBeInstanceOf(HttpFailure)
  expect(error.kind).toBe('network')
  expect(error.message).toMatch(/ECONNRESET|socket hang up/)
  expect(server.connections()).toBe(1)
  close()
})

test('an answer that switches to another protocol is a failure at once', async () => {
  await using server = await serveTcp(async (socket) => {
    await requestOn(socket)
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')
  })
  const { transport, close } = openNodeTransport()
  const error = (await failure(send(server.url, transport))) as HttpFailure
  expect(error).toMatchObject({ kind: 'network', message: 'the connection was closed without an answer' })
  close()
})

test('does not send twice more when the fresh connection is reset too', async () => {
  await using server = await serveTcp(async (socket, count) => {
    await requestOn(socket)
    if (count === 1) {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      await once(socket, 'data')
    }
    socket.resetAndDestroy()
  })
  const { transport, close } = openNodeTransport()
  await send(server.url, transport)
  const error = await failure(send(server.url, transport))
  expect(error).toBeInstanceOf(HttpFailure)
  expect(error.message).toMatch(/ECONNRESET|socket hang up/)
  expect(server.connections()).toBe(2)
  close()
})

test.each([301, 302, 303, 307, 308])(
  'hands a %i back as a failure, and the second server never hears of it',
  async (status) => {
    await using second = await serveHttp((_, outgoing) => outgoing.end('stolen'))
    await using first = await serveHttp((incoming, outgoing) => {
      incoming.resume()
      outgoing.writeHead(status, { Location: second.url }).end('moved')
    })
    const { transport, close } = openNodeTransport()
    const error = (await failure(send(first.url, transport))) as HttpFailure
    expect(error.kind).toBe('redirect')
    expect(error.message).toContain(`redirect (${status})`)
    expect(second.connections()).toBe(0)
    close()
  },
)

test('a redirect leaves no connection behind, whose body nobody will read', async () => {
  await using server = await serveHttp((incoming, outgoing) => {
    incoming.resume()
    outgoing.writeHead(302, { Location: 'http://127.0.0.1:1/' })
    outgoing.write('a body that has no end')
  })
  const { transport, close } = openNodeTransport()
  await failure(send(server.url, transport))
  await until(() => server.open() === 0)
  close()
})

test('a server that accepts and never finishes TLS is given up at the connect deadline', async () => {
  await using server = await serveTcp((socket) => socket.resume())
  const { transport, close } = openNodeTransport(40)
  const error = (await failure(send(server.url.replace('http:', 'https:'), transport))) as HttpFailure
  expect(error.kind).toBe('network')
  expect(error.message).toBe('ETIMEDOUT: no connection within 0.04 s')
  await until(() => server.open() === 0)
  close()
})

test('the connect deadline does not bound the answer', async () => {
  await using server = await serveHttp((incoming, outgoing) => {
    incoming.resume()
    setTimeout(() => outgoing.end('late'), 120)
  })
  const { transport, close } = openNodeTransport(40)
  expect((await send(server.url, transport)).text).toBe('late')
  close()
})

test.each([
  ['garbage', 'this is no HTTP\r\n\r\n'],
  ['half a status line', 'HTTP/1.1 2'],
  ['a head without an end', 'HTTP/1.1 200 OK\r\nContent-Le'],
  ['a body shorter than it says', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"access_token":"half'],
  ['a chunk that is cut off', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf'],
  ['a head of 100 kB', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
  ['nothing at all', ''],
])('an answer that is %s is a failure of the network', async (_, answer) => {
  await using server = await serveTcp(async (socket) => {
    await requestOn(socket)
    socket.end(answer)
  })
  const { transport, close } = openNodeTransport()
  const error = (await failure(send(server.url, transport))) as HttpFailure
  expect(error).toBeInstanceOf(HttpFailure)
  expect(error.kind).toBe('network')
  expect(error.message).not.toContain('access_token')
  close()
})

test.each([
  ['204', 204],
  ['an empty 200', 200],
  ['an empty 500', 500],
])('%s is an answer without text', async (_, status) => {
  await using server = await serveHttp((incoming, outgoing) => {
    incoming.resume()
    outgoing.writeHead(status).end()
  })
  const { transport, close } = openNodeTransport()
  expect(await send(server.url, transport)).toMatchObject({ status, text: '' })
  close()
})

test('joins a header that came twice, and finds one by any case', async () => {
  await using server = await serveHttp((incoming, outgoing) => {
    incoming.resume()
    outgoing.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'], 'X-One': 'one' }).end()
  })
  const { transport, close } = openNodeTransport()
  const { header } = await send(server.url, transport)
  expect(header('x-ONE')).toBe('one')
  expect(header('set-cookie')).toBe('a=1, b=2')
  expect(header('x-none')).toBeUndefined()
  close()
})

test('a host that is not there is a failure with its code', async () => {
  const { port } = await (async () => {
    await using gone = await serveTcp(() => undefined)
    return gone
  })()
  const { transport, close } = openNodeTransport()
  const error = (await failure(send(`http://127.0.0.1:${port}/`, transport))) as HttpFailure
  expect(error.kind).toBe('network')
  expect(error.message).toContain('ECONNREFUSED')
  close()
})

test('close() drops the connections that are kept', async () => {
  await using server = await serveHttp((incoming, outgoing) => incoming.resume().on('end', () => outgoing.end('ok')))
  const { transport, close } = openNodeTransport()
  await Promise.all([send(server.url, transport), send(server.url, transport)])
  expect(server.open()).toBe(2)
  close()
  await until(() => server.open() === 0)
})
