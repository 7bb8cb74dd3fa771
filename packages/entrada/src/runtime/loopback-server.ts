import type { IncomingMessage, ServerResponse } from 'node:http'
import { builtin } from './builtin.ts'
import { missingFlags } from './permissions.ts'

/** A request on loopback, and the one answer to it. */
export interface LoopbackExchange {
  method: string
  /** Path and query. */
  url: string
  header(name: string): string | undefined
  /** The whole body, or `undefined` if it is longer than this many bytes. Rejects if the connection ends before it does. */
  body(maximumBytes: number): Promise<string | undefined>
  /** Responds, and resolves when the response has been sent or nobody is there to receive it. */
  respond(status: number, headers: Readonly<Record<string, string>>, text: string): Promise<void>
}

export interface LoopbackServer {
  port: number
  /** Ends every connection, and resolves when the port is closed. */
  close(): Promise<void>
}

/** Listens on a loopback address; port 0 means any free port. Rejects with a system error (`code`: EADDRINUSE...). */
export type ListenOnLoopback = (
  address: '127.0.0.1' | '::1',
  port: number,
  handle: (exchange: LoopbackExchange) => void,
) => Promise<LoopbackServer>

/** How long a request may take to arrive, in milliseconds: one that trickles in must not hold a connection for long. */
const usualTime = 10_000
/** More than a browser opens; connections that others hold open must not keep it out for long. */
const maximumConnections = 64

/** HTTP servers of this machine, none of which keeps the process alive. */
export const listenHere: ListenOnLoopback = (address, port, handle) => listenWithin(usualTime, address, port, handle)

/** The same, with another time limit for a request to arrive. */
export function listenWithin(requestTimeout: number, ...where: Parameters<ListenOnLoopback>): Promise<LoopbackServer> {
  const [address, port, handle] = where
  const http = builtin('node:http')
  if (http === undefined) throw Object.assign(new Error('this runtime cannot listen on a port'), { code: 'ENOSYS' })
  const [flag] = missingFlags([{ name: 'net', host: `${address === '::1' ? '[::1]' : address}:${port}` }], 'ask')
  if (flag !== undefined) throw Object.assign(new Error(`listening on a port takes ${flag}`), { code: 'EPERM', flag })
  const connectionsCheckingInterval = requestTimeout / 10
  const times = { headersTimeout: requestTimeout, requestTimeout, connectionsCheckingInterval }
  const server = http.createServer(times, (request, response) => handle(exchangeOf(request, response)))
  server.maxConnections = maximumConnections
  // The length of the head is the limit. Node drops what is above a count, and with it the Origin of another site.
  server.maxHeadersCount = 0
  server.on('connection', (socket) => {
    socket.unref()
    socket.on('error', () => undefined)
  })
  server.unref()
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port, exclusive: true }, () => {
      server.off('error', reject)
      server.on('error', () => undefined)
      resolve({ port: (server.address() as { port: number }).port, close })
    })
  })
}

function exchangeOf(request: IncomingMessage, response: ServerResponse): LoopbackExchange {
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    header: (name) => {
      const value = request.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
    body: (maximumBytes) => bodyOf(request, maximumBytes),
    respond: (status, headers, text) =>
      new Promise((resolve) => {
        response.once('close', resolve)
        response.writeHead(status, { ...headers, 'content-length': String(new TextEncoder().encode(text).length) })
        response.end(request.method === 'HEAD' ? undefined : text)
      }),
  }
}

function bodyOf(request: IncomingMessage, maximumBytes: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    request.on('data', (chunk: Uint8Array) => {
      size += chunk.byteLength
      if (size > maximumBytes) {
        request.pause()
        return resolve(undefined)
      }
      chunks.push(chunk)
    })
    request.once('end', () => {
      const decoder = new TextDecoder()
      resolve(chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode())
    })
    request.once('error', reject)
    request.once('close', () => reject(new Error('the connection ended before the body')))
  })
}
