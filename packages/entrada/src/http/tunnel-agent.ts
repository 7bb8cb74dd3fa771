import type { Agent } from 'node:http'
import type { AgentOptions } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { onAbort } from '../runtime/abort.ts'
import { builtin } from '../runtime/builtin.ts'
import { proxyCredentials } from './proxy.ts'

/** What a request tells the agent, because Node does not pass on the request's own `signal`. */
export interface TunnelOptions {
  leaveOn?: AbortSignal
}

/** The options with which Node asks an agent for a connection. */
interface Target extends TunnelOptions {
  host?: string
  port?: number | string
}

/** More than the head of any proxy's response needs. */
const maximumHeadBytes = 16 * 1024

/**
 * Connects through a proxy by CONNECT (RFC 9110, section 9.3.6), with TLS from end to end inside the tunnel. When a request
 * is given up, so is the connection to a proxy that has not answered yet: its socket belongs to no request, and would stay
 * open for as long as the proxy likes. The settings (certificates), but not the server's name, also apply to the connection
 * to a proxy over TLS.
 */
export function tunnelAgent(proxy: string, settings: AgentOptions & { servername?: string }): Agent {
  const { https, tls, net } = modules()
  const url = new URL(proxy)
  const { servername: _, ...forProxy } = settings

  const connectToProxy = (): Socket => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (url.protocol === 'http:') return net.connect({ host, port: Number(url.port || 80) })
    // A server name must not be an address (RFC 6066, section 3).
    const name = net.isIP(host) === 0 ? { servername: host } : {}
    return tls.connect({ ...forProxy, ...name, host, port: Number(url.port || 443) })
  }

  class TunnelAgent extends https.Agent {
    override createConnection(target: object, done?: (error: Error | null, stream: Duplex) => void): undefined {
      const { host = '', port = 443, leaveOn } = target as Target
      // Nothing that may throw comes between the connection and its listeners: an error of a socket without any ends the process.
      const request = requestFor(host, port, url)
      const socket = connectToProxy()
      const opened = openTunnel(socket, request)
      socket.unref()
      const forget = onAbort(leaveOn, () => socket.destroy(new Error('the request was left')))
      const secured = opened.then(() => tls.connect({ ...target, socket }).unref())
      secured.then(
        (stream) => {
          forget()
          done?.(null, stream)
        },
        (error: Error) => {
          forget()
          socket.destroy()
          done?.(error, socket)
        },
      )
      if (leaveOn?.aborted === true) socket.destroy(new Error('the request was left'))
      return undefined
    }
  }
  return new TunnelAgent(settings)
}

function modules(): {
  https: typeof import('node:https')
  tls: typeof import('node:tls')
  net: typeof import('node:net')
} {
  const [https, tls, net] = [builtin('node:https'), builtin('node:tls'), builtin('node:net')]
  if (https === undefined || tls === undefined || net === undefined) throw new Error('this runtime has no node:tls')
  return { https, tls, net }
}

function requestFor(host: string, port: number | string, proxy: URL): string {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const lines = [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`]
  const { username, password } = proxyCredentials(proxy) ?? proxy
  if (username !== '' || password !== '') {
    const credentials = new TextEncoder().encode(`${username}:${password}`)
    lines.push(`Proxy-Authorization: Basic ${btoa(String.fromCharCode(...credentials))}`)
  }
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** Requests the tunnel, and resolves when the proxy has opened it. */
function openTunnel(socket: Socket, request: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let head = ''
    const read = (): void => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) head += chunk.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) {
        if (head.length > maximumHeadBytes) reject(new Error('the answer of the proxy does not end'))
        return
      }
      const [, status = ''] = /^HTTP\/1\.[01] (\d{3})/.exec(head) ?? []
      socket.off('readable', read)
      // With TLS the client speaks first, so whatever follows is not from the server.
      if (!status.startsWith('2')) reject(refused(status))
      else if (head.length > end + 4) reject(new Error('the proxy sent more than its answer'))
      else resolve()
    }
    socket.on('readable', read)
    socket.once('end', () => reject(new Error('the proxy closed the connection before it answered')))
    socket.once('close', () => reject(new Error('the connection to the proxy was closed')))
    // Never removed: later errors are reported by the TLS connection inside.
    socket.on('error', reject)
    socket.write(request)
  })
}

/** A proxy that denies access or demands credentials (HTTP 403, 407) will do so again next time. */
function refused(status: string): Error {
  if (status === '') return new Error('the proxy did not answer with HTTP')
  const error = Object.assign(new Error(`the proxy refused the connection (HTTP ${status})`), {
    statusCode: Number(status),
  })
  const isLasting = status.startsWith('4') && status !== '408' && status !== '429'
  return isLasting ? Object.assign(error, { code: 'ERR_PROXY_REFUSED' }) : error
}
