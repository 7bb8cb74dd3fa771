import type { Env } from '../runtime/host.ts'
import { isNode } from '../runtime/is-node.ts'
import type { HttpClientLike } from './http-client-transport.ts'
import type { TlsOptions } from './node-transport.ts'
import type { ProxyOptions } from './proxy.ts'
import type { ClosableTransport, Transport } from './transport.ts'

export interface TransportOptions {
  fetch?: Transport | undefined
  httpClient?: HttpClientLike | undefined
  proxyOptions?: ProxyOptions | undefined
  tlsOptions?: TlsOptions | undefined
  /** How long the default transport's connections may take, in milliseconds. */
  connectTimeoutMs?: number | undefined
  /** The SHA-1 thumbprint of the one certificate that the server may show, whoever signed it. */
  thumbprint?: string | undefined
}

/**
 * The transport that the options ask for: the caller's `fetch`, then the caller's `httpClient`, then Node's own
 * modules on Node and the global `fetch` elsewhere. The caller's stay open when the credential closes. `warn` is told
 * of an option that the chosen transport can't honour.
 */
export function openTransport(options: TransportOptions, env: Env, warn: (message: string) => void): ClosableTransport {
  const { fetch, httpClient, ...settings } = options
  const { proxyOptions, tlsOptions, thumbprint } = settings
  // The global fetch can't be told of a thumbprint, wherever it runs.
  if (fetch === undefined && httpClient === undefined && (isNode() || thumbprint !== undefined)) {
    return onDemand(async () => (await import('./node-transport.ts')).nodeTransport({ ...settings, env }))
  }
  if (thumbprint !== undefined) warn('the thumbprint of the server is not compared by the transport in use.')
  if (proxyOptions !== undefined) warn('proxyOptions has no effect on the transport in use. Set the proxy there.')
  if (tlsOptions !== undefined && (fetch !== undefined || httpClient === undefined)) {
    warn('tlsOptions has no effect on the transport in use. Set the certificates there.')
  }
  if (fetch !== undefined) return { transport: fetch, close: () => undefined }
  if (httpClient !== undefined) {
    return onDemand(async () => {
      const { httpClientTransport } = await import('./http-client-transport.ts')
      return { transport: httpClientTransport(httpClient, tlsOptions), close: () => undefined }
    })
  }
  // Looked up at call time, so that a polyfill or a test's replacement counts.
  return { transport: (url, init) => globalThis.fetch(url, init), close: () => undefined }
}

/** A transport whose code is loaded by the first request. */
function onDemand(load: () => Promise<ClosableTransport>): ClosableTransport {
  let loading: Promise<ClosableTransport> | undefined
  return {
    async transport(url, init) {
      loading ??= load()
      const { transport } = await loading
      return transport(url, init)
    },
    close: () => void loading?.then((opened) => opened.close()),
  }
}
