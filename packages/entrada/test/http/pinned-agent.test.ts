import { rootCertificates } from 'node:tls'
import { expect, test, vi } from 'vitest'
import { openTransport } from '../../src/http/client.ts'
import { nodeTransport } from '../../src/http/node-transport.ts'
import { type MadeCertificate, makeCertificate } from '../certificates/make-certificate.ts'
import { failure } from '../world.ts'
import { send } from './exchanges.ts'
import { serveTls, thumbprintOf } from './serve-tls.ts'
import { serveHttp, serveTcp } from './servers.ts'

const own = makeCertificate({ name: 'cluster' })
const other = makeCertificate({ name: 'cluster' })
const authority = makeCertificate({ name: 'an authority' })
const valid = makeCertificate({ name: 'localhost', issuer: authority })
const expired = makeCertificate({ name: 'cluster', notAfter: new Date(Date.now() - 86_400_000) })

const pinned = (thumbprint: string, more: object = {}): ReturnType<typeof nodeTransport> =>
  nodeTransport({ env: {}, thumbprint, ...more })

test.each<[string, (thumbprint: string) => string]>([
  ['with colons, in capitals', (text) => text],
  ['without colons', (text) => text.replaceAll(':', '')],
  ['in small letters', (text) => text.toLowerCase()],
  ['in small letters without colons', (text) => text.replaceAll(':', '').toLowerCase()],
])('a server is known by its thumbprint %s', async (_, written) => {
  await using server = await serveTls(own, '{"is":"it"}')
  const { transport, close } = pinned(written(thumbprintOf(own)))
  expect(await send(server.url, transport)).toMatchObject({ status: 200, text: '{"is":"it"}' })
  // On the kept connection too.
  expect(await send(server.url, transport)).toMatchObject({ status: 200 })
  expect(server.connections()).toBe(1)
  close()
})

test.each<[string, MadeCertificate]>([
  ['another certificate of the same name', other],
  ['another certificate, which an authority vouches for', valid],
])('%s gets no connection and not one byte', async (_, made) => {
  await using server = await serveTls(made, '{}')
  const { transport, close } = pinned(thumbprintOf(own), { tlsOptions: { ca: authority.certificate } })
  for (let time = 0; time < 3; time++) {
    const error = await failure(send(server.url, transport))
    expect(error.message).toBe(
      'ERR_TLS_CERT_THUMBPRINT: the certificate of the server is not the one with the given thumbprint',
    )
  }
  expect(server.connections()).toBe(3)
  expect(server.received()).toBe('')
  close()
})

test('a server that changes its certificate is not taken for the one it was, resumed session or not', async () => {
  const { transport, close } = pinned(thumbprintOf(own))
  const settings = { ticketKeys: Buffer.alloc(48, 1), maxVersion: 'TLSv1.2' } as const
  let port: number
  {
    await using server = await serveTls(own, '{}', settings)
    port = Number(new URL(server.url).port)
    await send(server.url, transport)
  }
  {
    await using server = await serveTls(other, '{}', settings)
    const error = await failure(send(server.url, transport))
    expect(error.message).toContain('ERR_TLS_CERT_THUMBPRINT')
    expect(server.received()).toBe('')
    expect(Number(new URL(server.url).port)).not.toBe(port)
  }
  close()
})

test('the one certificate is taken though it has expired: the cluster renews it late, and its thumbprint says who it is', async () => {
  await using server = await serveTls(expired, '{}')
  const { transport, close } = pinned(thumbprintOf(expired))
  expect((await send(server.url, transport)).status).toBe(200)
  close()
})

test('plain http gets no connection', async () => {
  await using server = await serveHttp((_, response) => response.end('{}'))
  const { transport, close } = pinned(thumbprintOf(own))
  expect(await failure(send(server.url, transport))).toMatchObject({ kind: 'network' })
  expect(server.connections()).toBe(0)
  close()
})

test('a server that speaks no TLS, or goes away within the handshake, is a failure of the network', async () => {
  await using mute = await serveTcp((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
  await using gone = await serveTcp((socket) => socket.destroy())
  const { transport, close } = pinned(thumbprintOf(own))
  for (const { url } of [mute, gone]) {
    expect(await failure(send(url.replace('http:', 'https:'), transport))).toMatchObject({ kind: 'network' })
  }
  close()
})

test('other connections of the process stay as strict as they were', async () => {
  await using server = await serveTls(own, '{}')
  const { transport, close } = pinned(thumbprintOf(own))
  await send(server.url, transport)
  expect(process.env.NODE_TLS_REJECT_UNAUTHORIZED).toBeUndefined()
  expect(rootCertificates.length).toBeGreaterThan(0)
  const strict = nodeTransport({ env: {} })
  expect((await failure(send(server.url, strict.transport))).message).toMatch(/SELF_SIGNED/)
  strict.close()
  close()
})

test('no proxy stands before it', async () => {
  let proxied = 0
  await using proxy = await serveTcp((socket) => {
    proxied++
    socket.destroy()
  })
  await using server = await serveTls(own, '{}')
  const env = { HTTPS_PROXY: proxy.url, https_proxy: proxy.url, ALL_PROXY: proxy.url, HTTP_PROXY: proxy.url }
  const { transport, close } = pinned(thumbprintOf(own), { env, proxyOptions: { host: '127.0.0.1', port: proxy.port } })
  expect((await send(server.url, transport)).status).toBe(200)
  expect(proxied).toBe(0)
  close()
})

test('a transport of the caller’s can’t compare, and there is a warning', () => {
  const warn = vi.fn()
  openTransport({ thumbprint: thumbprintOf(own), fetch: async () => new Response() }, {}, warn)
  expect(warn.mock.calls).toEqual([['the thumbprint of the server is not compared by the transport in use.']])
})
