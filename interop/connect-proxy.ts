import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** A proxy on loopback that leads given hosts to given ports of this machine, and refuses all others. */
export interface ConnectProxy {
  readonly port: number
  /** What was asked for: `host:port`, and the proxy's credentials if any were sent. */
  readonly connects: { target: string; authorization: string | undefined }[]
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts a proxy that understands CONNECT (RFC 9110, section 9.3.6) and nothing else. */
export async function startConnectProxy(ports: Record<string, number>): Promise<ConnectProxy> {
  const connects: ConnectProxy['connects'] = []
  const sockets = new Set<Socket>()
  const server = createServer((_, response) => response.writeHead(405).end())
  server.on('connection', (socket) => sockets.add(socket))
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    const target = request.url ?? ''
    connects.push({ target, authorization: request.headers['proxy-authorization'] })
    const port = ports[target]
    if (port === undefined) {
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      return
    }
    const upstream = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'))
    sockets.add(upstream)
    // Either side may go first, with an error or without; the other follows.
    client.on('error', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
    upstream.pipe(client).pipe(upstream)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connects,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
