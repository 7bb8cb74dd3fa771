import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'

/** A server on a free port of loopback. */
export interface Listening {
  readonly url: string
  readonly port: number
  /** How many connections were made to it. */
  readonly connections: () => number
  /** Connections that are open now. */
  readonly open: () => number
  [Symbol.asyncDispose](): Promise<void>
}

/** An HTTP server that answers as it is told. */
export function serveHttp(listener: RequestListener): Promise<Listening> {
  return listen(createServer({ keepAliveTimeout: 60_000 }, listener))
}

/** A server that speaks no HTTP of its own: the handler has the naked socket. */
export function serveTcp(handler: (socket: Socket, count: number) => void): Promise<Listening> {
  let count = 0
  return listen(createTcpServer((socket) => handler(socket, ++count)))
}

/** The body of a request, whole. */
export async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Whatever is left of `text` after the head of an HTTP request, once the head is whole. */
export async function requestOn(socket: Socket): Promise<string> {
  let text = ''
  for await (const [chunk] of socketData(socket)) {
    text += chunk.toString('latin1')
    const [head = '', body] = text.split('\r\n\r\n')
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (body !== undefined && body.length >= length) return text
  }
  return text
}

async function* socketData(socket: Socket): AsyncGenerator<[Buffer]> {
  while (!socket.destroyed) yield (await once(socket, 'data')) as [Buffer]
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<Listening> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    connections: () => connections,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
