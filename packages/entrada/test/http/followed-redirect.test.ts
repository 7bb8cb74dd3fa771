import { ClientSecretCredential } from 'entrada'
import { expect, test } from 'vitest'
import { exchange } from '../../src/http/exchange.ts'
import type { HttpFailure } from '../../src/http/failure.ts'
import { httpClientTransport } from '../../src/http/http-client-transport.ts'
import type { TransportResponse } from '../../src/http/transport.ts'
import { clientId, failure, scope, tenantId } from '../world.ts'
import { send } from './exchanges.ts'
import { serveHttp } from './servers.ts'

const asked = 'https://login.example/token'

/** An answer whose body must not be read. */
const unread = (more: object): TransportResponse => ({
  status: 200,
  headers: { get: () => undefined },
  text: () => Promise.reject(new Error('it was read')),
  ...more,
})
const read = (more: object): TransportResponse => ({ ...unread(more), text: async () => 'read' })

test.each<[string, object]>([
  ['redirected', { redirected: true }],
  ['redirected within the origin', { redirected: true, url: 'https://login.example/other' }],
  ['from another host', { url: 'https://evil.example/token' }],
  ['from another scheme', { url: 'http://login.example/token' }],
  ['from another port', { url: 'https://login.example:8443/token' }],
  ['from a host that only begins alike', { url: 'https://login.example.evil.test/token' }],
  ['from no place that can be read', { url: 'https://' }],
  ['from a file', { url: 'file:///etc/passwd' }],
])('an answer %s is refused unread', async (_, more) => {
  const error = (await failure(send(asked, () => unread(more)))) as HttpFailure
  expect(error.kind).toBe('redirect')
  expect(error.message).toMatch(/^the transport (followed a redirect|brought the answer)/)
})

test.each<[string, object]>([
  ['without a word of it', {}],
  ['made in memory', { url: '', redirected: false }],
  ['from the same address', { url: asked, redirected: false }],
  ['from another path of the origin', { url: 'https://login.example/v2/token' }],
  ['from the origin with its port', { url: 'https://LOGIN.example:443/token' }],
])('an answer %s is read', async (_, more) => {
  expect((await send(asked, () => read(more))).text).toBe('read')
})

test('allowedResponseOrigins names gateways, by their whole origin, and no redirect', async () => {
  const options = { now: Date.now, monotonic: Date.now, timeoutMs: 1000, signal: new AbortController().signal }
  const ask = (more: object, gateway: string): Promise<unknown> =>
    exchange(
      { method: 'GET', url: asked, headers: {} },
      { ...options, transport: () => read(more), allowedResponseOrigins: ['https://other.example', gateway] },
    )
  const url = 'https://gateway.example/token'
  expect(await ask({ url }, 'https://gateway.example')).toMatchObject({ text: 'read' })
  expect(await ask({ url }, 'https://gateway.example/')).toMatchObject({ text: 'read' })
  expect((await failure(ask({ url }, 'https://gateway.example:8443'))).message).toContain('allowedResponseOrigins')
  expect((await failure(ask({ url, redirected: true }, 'https://gateway.example'))).message).toContain('redirect')
})

test('a fetch that follows redirects gives a credential no token', async () => {
  await using elsewhere = await serveHttp((_, outgoing) => outgoing.end('{"access_token":"T","expires_in":3600}'))
  await using authority = await serveHttp((incoming, outgoing) => {
    incoming.resume()
    outgoing.writeHead(307, { Location: elsewhere.url }).end()
  })
  const events: unknown[] = []
  const credential = new ClientSecretCredential(tenantId, clientId, 's', {
    authorityHost: authority.url,
    fetch: (url, init) => fetch(url, { ...init, redirect: 'follow' }),
    onEvent: (event) => events.push(event),
  })
  const error = await failure(credential.getToken(scope))
  expect(error.message).toMatch(/the transport followed a redirect of 127\.0\.0\.1/)
  expect(events).toHaveLength(1)
})

test('an httpClient that follows redirects changes the address of its request, and is seen by that', async () => {
  const client = {
    sendRequest: async (request: { url: string }) => {
      request.url = 'https://evil.example/token'
      return { status: 200, headers: { get: () => undefined }, bodyAsText: 'T', request }
    },
  }
  const error = await failure(send(asked, httpClientTransport(client, undefined)))
  expect(error.message).toContain('the answer of https://evil.example')
})

test('what is sent is what URL parsed', async () => {
  const sent: string[] = []
  await send('https://login.example\t/to\nken', (url) => {
    sent.push(url)
    return read({})
  })
  expect(sent).toEqual([asked])
})
