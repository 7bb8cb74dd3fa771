import type { Agent, AgentOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { builtin } from '../runtime/builtin.ts'

/**
 * Connects to a server whose certificate is known by its SHA-1 thumbprint, as Service Fabric's is: it is self-signed, so
 * no authority vouches for it. Only that certificate is accepted, not even another server's valid one, and nothing is
 * sent before it has been compared. Plain http gets no connection.
 */
export function pinnedAgent(thumbprint: string, settings: AgentOptions): Agent {
  const https = builtin('node:https')
  const tls = builtin('node:tls')
  if (https === undefined || tls === undefined) throw new Error('this runtime has no node:tls to compare a certificate')
  const expected = hexDigits(thumbprint)

  class PinnedAgent extends https.Agent {
    override createConnection(options: object, done?: (error: Error | null, stream: Duplex) => void): undefined {
      // Sessions are not resumed, because a resumed session presents no certificate.
      const unchecked: ConnectionOptions = { ...options, rejectUnauthorized: false, session: undefined }
      const socket = tls?.connect(unchecked) as TLSSocket
      const fail = (error: Error): void => done?.(error, socket)
      socket.once('error', fail)
      socket.once('secureConnect', () => {
        if (hexDigits(socket.getPeerCertificate().fingerprint ?? '') !== expected) {
          socket.destroy(otherCertificate())
          return
        }
        socket.off('error', fail)
        done?.(null, socket)
      })
      return undefined
    }
  }
  return new PinnedAgent(settings)
}

function otherCertificate(): Error {
  const message = 'the certificate of the server is not the one with the given thumbprint'
  return Object.assign(new Error(message), { code: 'ERR_TLS_CERT_THUMBPRINT' })
}

/** Thumbprints are written in either case, with colons or without. */
function hexDigits(thumbprint: string): string {
  return thumbprint.replaceAll(':', '').toUpperCase()
}
