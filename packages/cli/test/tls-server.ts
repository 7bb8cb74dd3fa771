import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServerCertificate } from '@entrada/emulator'
import { inject } from 'vitest'

/** A request as it came, with its body. */
export interface Asked {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

/** A server of this test, whose certificate programs of the test run trust. */
export interface TlsServer {
  /** `localhost` and the port. */
  host: string
  port: number
  /** What was asked so far. */
  asked: Asked[]
}

/** Starts a server that ends with the process of the tests. */
export async function startTlsServer(
  answer: (asked: Asked, response: ServerResponse) => void | Promise<void>,
): Promise<TlsServer> {
  const { certificate: cert, privateKey: key } = await createServerCertificate(inject('authority'), [])
  const asked: Asked[] = []
  const server = createServer({ cert, key }, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url: path = '', headers } = request
    const one = { method, path, headers, body: Buffer.concat(chunks).toString('latin1') }
    asked.push(one)
    await answer(one, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // Nothing that listens keeps the process of the tests.
  server.unref()
  const { port } = server.address() as AddressInfo
  return { host: `localhost:${port}`, port, asked }
}
