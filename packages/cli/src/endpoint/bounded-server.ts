import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** How much of a client a server bears. Times are milliseconds. */
export interface ServerBounds {
  /** For the head of a request to arrive, and for the whole of it. */
  headTime: number
  requestTime: number
  /** For the client to take its response. */
  responseTime: number
  /** The longest body, in bytes. */
  bodyBytes: number
  connections: number
}

export const usualBounds: ServerBounds = {
  headTime: 5000,
  requestTime: 10_000,
  responseTime: 10_000,
  bodyBytes: 8 * 1024,
  connections: 256,
}

/** The longest head, in bytes; those of managed-identity clients are below one thousand. */
const headBytes = 8 * 1024

/**
 * A server with one request a connection, whose clients can neither fill its memory nor keep others out: when all
 * connections are taken, the oldest that has not yet sent a request makes room for a new one.
 */
export function boundedServer(bounds: ServerBounds, listener: RequestListener): Server {
  const silent = new Set<Socket>()
  const open = new Set<Socket>()
  const server = createServer(
    {
      maxHeaderSize: headBytes,
      headersTimeout: bounds.headTime,
      requestTimeout: bounds.requestTime,
      connectionsCheckingInterval: Math.min(bounds.headTime, bounds.requestTime) / 5,
    },
    (request, response) => {
      silent.delete(request.socket)
      response.setHeader('connection', 'close')
      endSlowReaders(response, bounds.responseTime)
      listener(request, response)
    },
  )
  // The length of the head is the limit. Node drops what is above a count, and with it what says that a proxy sent it.
  server.maxHeadersCount = 0
  server.on('connection', (socket) => {
    socket.on('error', () => undefined)
    socket.once('close', () => {
      silent.delete(socket)
      open.delete(socket)
    })
    if (open.size >= bounds.connections) {
      const [oldest = socket] = silent
      oldest.destroy()
      if (oldest === socket) return
      silent.delete(oldest)
      open.delete(oldest)
    }
    open.add(socket)
    silent.add(socket)
  })
  return server
}

/** A client that does not read keeps its response in this process's memory, and its connection. */
function endSlowReaders(response: ServerResponse, milliseconds: number): void {
  response.once('prefinish', () => {
    const timer = setTimeout(() => response.socket?.destroy(), milliseconds)
    timer.unref()
    response.once('close', () => clearTimeout(timer))
  })
}

/** The whole body, or `undefined` if it is longer than this many bytes. Rejects if the connection ends before it does. */
export async function readBody(request: IncomingMessage, maximumBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maximumBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
