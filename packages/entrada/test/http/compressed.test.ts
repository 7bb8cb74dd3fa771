import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { maximumBodyBytes } from '../../src/http/exchange.ts'
import { failure, until } from '../world.ts'
import { openNodeTransport, send } from './exchanges.ts'
import { serveHttp } from './servers.ts'

/** What a gateway does that compresses without being asked. */
async function compressed(coding: string, body: Buffer) {
  await using server = await serveHttp((_, response) => response.setHeader('Content-Encoding', coding).end(body))
  const { transport, close } = openNodeTransport()
  try {
    return (await send(server.url, transport)).text
  } finally {
    close()
    await until(() => server.open() === 0)
  }
}

test.each<[coding: string, body: Buffer]>([
  ['gzip', gzipSync('grüß')],
  ['GZIP', gzipSync('grüß')],
  ['x-gzip', gzipSync('grüß')],
  ['deflate', deflateSync('grüß')],
  ['br', brotliCompressSync('grüß')],
  ['identity', Buffer.from('grüß')],
  ['', Buffer.from('grüß')],
])('a body that was encoded as %j is read', async (coding, body) => {
  expect(await compressed(coding, body)).toBe('grüß')
})

test('a body is bounded after it was decompressed', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * maximumBodyBytes))
  expect((await failure(compressed('gzip', bomb))).message).toBe(`the answer is larger than ${maximumBodyBytes} bytes`)
})

test.each<[what: string, body: Buffer, why: RegExp]>([
  ['cut short', gzipSync('x'.repeat(1000)).subarray(0, 20), /unexpected end of file/],
  ['not compressed at all', Buffer.from('{"access_token":"s3cret"}'), /incorrect header check/],
])('a body that is %s is a failure', async (_, body, why) => {
  const error = await failure(compressed('gzip', body))
  expect(error.message).toMatch(why)
  expect(error.message).not.toContain('s3cret')
})
