import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type TlsOptions } from 'node:tls'
import type { MadeCertificate } from '../certificates/make-certificate.ts'

/** A TLS server that answers every request alike, and keeps what it was sent. */
export interface TlsListening {
  url: string
  /** Connections that were made. */
  connections(): number
  /** The certificates that clients showed, by their SHA-256 thumbprints. */
  shown(): string[]
  /** What came through, decrypted. */
  received(): string
  [Symbol.asyncDispose](): Promise<void>
}

export async function serveTls(made: MadeCertificate, body: string, settings: TlsOptions = {}): Promise<TlsListening> {
  const sockets = new Set<Socket>()
  let connections = 0
  let received = ''
  const shown: string[] = []
  const { certificate: cert, privateKey: key } = made
  const server = createServer({ key, cert, ...settings }, (socket) => {
    socket.on('error', () => undefined)
    shown.push(...[socket.getPeerCertificate().fingerprint256].filter(Boolean))
    socket.on('data', (chunk) => {
      received += chunk
      if (String(chunk).includes('\r\n\r\n')) {
        socket.write(
          `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        )
      }
    })
  })
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/`,
    connections: () => connections,
    shown: () => shown,
    received: () => received,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** SHA-1, as `node:tls` and Windows write it. */
export function thumbprintOf({ certificate }: MadeCertificate): string {
  return new X509Certificate(certificate).fingerprint
}
