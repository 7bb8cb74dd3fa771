import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import type { Transform } from 'node:stream'
import { builtin } from '../runtime/builtin.ts'
import type { Env } from '../runtime/environment.ts'
import { startTimer } from '../runtime/timer.ts'
import { describeFailure, HttpFailure } from './failure.ts'
import { noProxyFault, type ProxyOptions, proxyFor } from './proxy.ts'
import type { ClosableTransport, TransportInit, TransportResponse } from './transport.ts'
import type { TunnelOptions } from './tunnel-agent.ts'

/** PEM as text or bytes, PKCS#12 as bytes. */
type Encoded = string | Uint8Array

/** TLS settings of a connection, in the names of `node:tls` and of the Azure SDK's `tlsOptions`. */
export interface TlsOptions {
  /** Further authorities to trust, as PEM. */
  ca?: Encoded | readonly Encoded[] | undefined
  /** The client certificate, as PEM. With several keys, a list of one certificate for each: the algorithms that the server accepts decide which is sent. */
  cert?: Encoded | readonly Encoded[] | undefined
  /** The client certificate's key, as PEM. */
  key?:
    | Encoded
    | readonly (
        | Encoded
        | {
            /** The key, as PEM. */
            pem: Encoded
            /** Its passphrase, if it is encrypted. */
            passphrase?: string | undefined
          }
      )[]
    | undefined
  /** The passphrase of a key or PKCS#12 file that does not come with one. */
  passphrase?: string | undefined
  /** A PKCS#12 file's content, in place of `cert` and `key`. */
  pfx?:
    | Encoded
    | readonly (
        | Encoded
        | {
            /** The file's content. */
            buf: Encoded
            /** Its passphrase. */
            passphrase?: string | undefined
          }
      )[]
    | undefined
  /** The name to ask for (SNI) and to expect, in place of the host's. */
  servername?: string
}

export interface NodeTransportOptions {
  tlsOptions?: TlsOptions | undefined
  /** The proxy to use in place of the environment's. */
  proxyOptions?: ProxyOptions | undefined
  env: Env
  /** How long a connection may take until the request is on its way, in milliseconds; 5 s by default. */
  connectTimeoutMs?: number | undefined
  /** The SHA-1 thumbprint of the one certificate that the server may show, whoever signed it. */
  thumbprint?: string | undefined
  /** Receives a message for what the environment says in vain, once. */
  warn?: ((message: string) => void) | undefined
}

/**
 * The transport over `node:https` and `node:http`, with connections that are kept alive. It loads neither until the
 * first request: the global `fetch` would cost a program 25 to 90 ms of its start there. None of its sockets keeps
 * the process alive.
 */
export function nodeTransport(options: NodeTransportOptions): ClosableTransport {
  const { proxyOptions, env, connectTimeoutMs = 5_000, thumbprint, warn } = options
  const tls = options.tlsOptions as object | undefined
  const agents = new Map<string, Agent>()
  let isChecked = tls === undefined
  let hasProxy = false

  async function agentFor(url: URL): Promise<Agent> {
    if (!isChecked && url.protocol === 'https:') {
      checkTls(tls)
      isChecked = true
    }
    if (thumbprint !== undefined) return pinnedAgentFor(thumbprint)
    const proxy = proxyFor(url, proxyOptions, env)
    if (proxy !== undefined && !hasProxy) {
      hasProxy = true
      const fault = noProxyFault(env)
      if (fault !== undefined) warn?.(fault)
    }
    const open = proxy === undefined ? undefined : (await import('./tunnel-agent.ts')).tunnelAgent
    // Nothing is awaited between the look and the entry: two first requests must not make an agent each.
    const key = proxy ?? url.protocol
    const settings = { keepAlive: true, ...tls }
    const agent =
      agents.get(key) ??
      (proxy === undefined || open === undefined ? new (moduleFor(url).Agent)(settings) : open(proxy, settings))
    agents.set(key, agent)
    return agent
  }

  async function pinnedAgentFor(pin: string): Promise<Agent> {
    const { pinnedAgent } = await import('./pinned-agent.ts')
    const agent = agents.get('pinned') ?? pinnedAgent(pin, { keepAlive: true, ...tls })
    agents.set('pinned', agent)
    return agent
  }

  const send = (url: URL, init: TransportInit, agent: Agent): Promise<TransportResponse> =>
    sendOnce(url, init, { agent, leaveOn: init.signal, ...tls }, connectTimeoutMs)

  return {
    async transport(address, init) {
      const url = new URL(address)
      const agent = await agentFor(url)
      try {
        return await send(url, init, agent)
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error
        // The server closed a kept connection just as it was used again: once more, on a fresh one.
        for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy()
        return send(url, init, agent)
      }
    },
    async proxyOf(url) {
      const proxy = thumbprint === undefined ? proxyFor(url, proxyOptions, env) : undefined
      return proxy && new URL(proxy).host
    },
    close() {
      for (const agent of agents.values()) agent.destroy()
      agents.clear()
    },
  }
}

/** Certificates that cannot be used are no trouble of the network, which is worth another try. */
function checkTls(tls: object | undefined): void {
  try {
    builtin('node:tls')?.createSecureContext(tls)
  } catch (error) {
    // What follows may be a secret.
    const [words = ''] = describeFailure(error).split(' Received ')
    throw new HttpFailure('tls', `tlsOptions cannot be used: ${words.replace(/\.$/, '')}`)
  }
}

class StaleConnection extends Error {}

function moduleFor(url: URL): typeof import('node:https') | typeof import('node:http') {
  const module = url.protocol === 'https:' ? builtin('node:https') : builtin('node:http')
  if (module === undefined) throw new Error('this runtime has no node:https; pass the option `fetch`')
  return module
}

function sendOnce(
  url: URL,
  init: TransportInit,
  connection: { agent: Agent } & TunnelOptions,
  connectTimeoutMs: number,
): Promise<TransportResponse> {
  const { method, headers, body, signal } = init
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': String(new TextEncoder().encode(body).byteLength) }
    const request = moduleFor(url).request(url, { ...connection, method, headers: { ...headers, ...length }, signal })
    boundConnect(request, connectTimeoutMs, reject)
    request.on('socket', (socket) => socket.unref())
    request.on('error', (error: Error & { code?: string }) => {
      reject(request.reusedSocket && error.code === 'ECONNRESET' ? new StaleConnection('', { cause: error }) : error)
    })
    request.on('response', (response) => resolve(responseOf(response)))
    // After an answer that is none, such as "101 Switching Protocols", Node says no more than this.
    request.on('close', () => reject(new Error('the connection was closed without an answer')))
    request.end(body)
  })
}

/** An unanswered connect holds the process alive whatever is unreferenced, so it has a deadline of its own. */
function boundConnect(request: ClientRequest, milliseconds: number, reject: (error: Error) => void): void {
  const stop = startTimer(milliseconds, () => {
    const error = Object.assign(new Error(`no connection within ${milliseconds / 1000} s`), { code: 'ETIMEDOUT' })
    request.destroy(error)
    // A request that has no socket yet, because its proxy is silent, tells of its end only when it gets one.
    reject(error)
  })
  // Emitted when the request is handed to the operating system, which is after the TLS handshake.
  request.on('finish', stop)
  request.on('close', stop)
}

/** The body as it was before a gateway compressed it, which nobody asked for. */
function bodyOf(response: IncomingMessage): IncomingMessage | Transform {
  const coding = response.headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (!['gzip', 'x-gzip', 'deflate', 'br'].includes(coding)) return response
  const [zlib, stream] = [builtin('node:zlib'), builtin('node:stream')]
  if (zlib === undefined || stream === undefined) return response
  const decoder = coding === 'br' ? zlib.createBrotliDecompress() : zlib.createUnzip()
  // Errors arrive where the decoder is read.
  return stream.pipeline(response, decoder, () => undefined)
}

function responseOf(response: IncomingMessage): TransportResponse {
  return {
    status: response.statusCode ?? 0,
    headers: {
      get: (name) => {
        const value = response.headers[name.toLowerCase()]
        return Array.isArray(value) ? value.join(', ') : value
      },
    },
    body: bodyOf(response),
    text: () => Promise.reject(new Error('read the body')),
  }
}
