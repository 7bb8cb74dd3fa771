import { inspect } from 'node:util'
import { createDefaultHttpClient, type PipelineRequest } from '@azure/core-rest-pipeline'
import { expect, test } from 'vitest'
import { httpClientTransport } from '../../src/http/http-client-transport.ts'
import { failure, until } from '../world.ts'
import { secretBody, send } from './exchanges.ts'
import { bodyOf, serveHttp } from './servers.ts'

const client = createDefaultHttpClient()

test('the Azure SDK’s client sends the request as it is', async () => {
  const seen: unknown[] = []
  await using server = await serveHttp(async (incoming, outgoing) => {
    seen.push(incoming.method, incoming.headers['content-type'], await bodyOf(incoming))
    outgoing.writeHead(429, { 'Retry-After': '3' }).end('slow down')
  })
  const answer = await send(server.url, httpClientTransport(client, undefined))
  expect(answer).toMatchObject({ status: 429, text: 'slow down', retryAfterMs: 3000 })
  expect(seen).toEqual(['POST', 'application/x-www-form-urlencoded', secretBody])
})

test('a redirect is not followed', async () => {
  await using second = await serveHttp((_, outgoing) => outgoing.end('stolen'))
  await using first = await serveHttp((incoming, outgoing) => {
    incoming.resume()
    outgoing.writeHead(307, { Location: second.url }).end()
  })
  expect((await failure(send(first.url, httpClientTransport(client, undefined)))).message).toContain('redirect (307)')
  expect(second.connections()).toBe(0)
})

test('an abort reaches the client, and with it the connection', async () => {
  await using server = await serveHttp((incoming) => incoming.resume())
  const controller = new AbortController()
  const pending = failure(send(server.url, httpClientTransport(client, undefined), { signal: controller.signal }))
  await until(() => server.open() === 1)
  controller.abort()
  expect((await pending).name).toBe('AbortError')
  await until(() => server.open() === 0)
})

test('the error of a failed connection shows nothing of the body', async () => {
  const error = await failure(send('http://127.0.0.1:1/', httpClientTransport(client, undefined)))
  expect(error.message).toContain('ECONNREFUSED')
  const shown = inspect(error, { depth: 12 }) + JSON.stringify(error) + inspect(error.cause, { depth: 12 })
  expect(shown).not.toContain(secretBody)
})

test('the request has the headers of a PipelineRequest, and says what it needs', async () => {
  let request: PipelineRequest | undefined
  const spying = {
    sendRequest: async (given: PipelineRequest) => {
      request = given
      return { status: 200, headers: { get: () => undefined }, bodyAsText: null }
    },
  }
  const ca = 'a certificate'
  const answer = await httpClientTransport(spying, { ca })('http://localhost/', {
    method: 'GET',
    headers: { 'X-One': '1', 'x-ms-client-request-id': 'id' },
    signal: new AbortController().signal,
    redirect: 'manual',
  })
  expect(await answer.text()).toBe('')
  expect(request).toMatchObject({
    requestId: 'id',
    allowInsecureConnection: true,
    tlsSettings: { ca },
    body: undefined,
  })
  const headers = request?.headers
  expect([headers?.get('x-one'), headers?.has('X-ONE'), [...(headers ?? [])]]).toEqual([
    '1',
    true,
    [
      ['x-one', '1'],
      ['x-ms-client-request-id', 'id'],
    ],
  ])
  headers?.set('Accept', 'text/plain')
  headers?.delete('X-one')
  expect(headers?.toJSON()).toEqual({ accept: 'text/plain', 'x-ms-client-request-id': 'id' })
  expect(headers?.toJSON({ preserveCase: true })).toEqual({ Accept: 'text/plain', 'x-ms-client-request-id': 'id' })
})
