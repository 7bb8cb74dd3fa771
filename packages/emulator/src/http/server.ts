import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { ServerCertificate } from '../pki/certificate-authority.ts'

export interface Listening {
  port: number
  /** Lets the process end while it is listening. */
  unref(): void
  /** Ends every connection and frees the port. */
  close(): Promise<void>
}

export interface ListenOptions {
  port: number
  hostname: string
  listener: RequestListener
}

export function listenHttp(options: ListenOptions): Promise<Listening> {
  return listen(createServer(options.listener), options)
}

export function listenHttps(options: ListenOptions, tls: ServerCertificate): Promise<Listening> {
  return listen(createTlsServer({ cert: tls.certificate, key: tls.privateKey }, options.listener), options)
}

async function listen(server: Server, { port, hostname }: ListenOptions): Promise<Listening> {
  // The length of the head is the limit. Node drops what is above a count, and a header that is refused could be there.
  server.maxHeadersCount = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new Error(
          `startEmulator: cannot listen on ${hostname}:${port} (${cause.code}). Choose another port, or 0 for a free one.`,
          { cause },
        ),
      )
    })
    server.listen(port, hostname, resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    port: bound,
    unref: () => void server.unref(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
