import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse, request as startRequest } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** A proxy on loopback that leads given hosts to given ports of this machine, and refuses all others. */
export interface ConnectProxy {
  readonly port: number
  /** What was asked for: `host:port`, and the proxy's credentials if any were sent. */
  readonly connects: { target: string; authorization: string | undefined }[]
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a proxy that understands CONNECT (RFC 9110, section 9.3.6) and plain requests for `http` addresses. `ports` are
 * this machine's, by `host:port` as it is asked for.
 */
export async function startConnectProxy(ports: Record<string, number>): Promise<ConnectProxy> {
  const connects: ConnectProxy['connects'] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => handOn(request, response, ports))
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

/** A request with an absolute address (RFC 9112, section 3.2.2), to the port that stands for its host. */
function handOn(request: IncomingMessage, response: ServerResponse, ports: Readonly<Record<string, number>>): void {
  const { method, url = '', headers } = request
  const asked = URL.canParse(url) ? new URL(url) : undefined
  const port = asked && ports[`${asked.hostname}:${asked.port || '80'}`]
  if (asked === undefined || port === undefined) {
    response.writeHead(403).end()
    return
  }
  const path = asked.pathname + asked.search
  const onward = startRequest({ host: '127.0.0.1', port, method, path, headers: { ...headers, host: asked.host } })
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => response.destroy())
  request.pipe(onward)
}
