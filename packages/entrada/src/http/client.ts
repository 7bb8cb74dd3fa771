import type { Emit } from '../events.ts'
import { builtin } from '../runtime/builtin.ts'
import type { Env } from '../runtime/environment.ts'
import { rebuilt } from '../runtime/foreign-error.ts'
import type { Host } from '../runtime/host.ts'
import { inChildSpan, type SpanFacts } from '../runtime/trace.ts'
import { hasNodeConnections, isNode } from '../runtime/which-runtime.ts'
import { followedVersion, version } from '../version.ts'
import { exchange, type HttpAnswer, type HttpRequest } from './exchange.ts'
import { HttpFailure, isOfNetwork } from './failure.ts'
import type { HttpClientLike } from './http-client-transport.ts'
import { loadNodeTransport } from './load-node-transport.ts'
import type { TlsOptions } from './node-transport.ts'
import type { ProxyOptions } from './proxy.ts'
import { noteAnswer, requestFacts } from './request-span.ts'
import { defaultRetryPolicy, type RetryPolicy, type RetryRule, withRetry } from './retry.ts'
import { isOfThisNetwork } from './this-network.ts'
import type { ClosableTransport, Transport } from './transport.ts'

interface TransportOptions {
  fetch?: Transport | undefined
  httpClient?: HttpClientLike | undefined
  proxyOptions?: ProxyOptions | undefined
  tlsOptions?: TlsOptions | undefined
  /** How long the default transport may take to connect, in milliseconds. */
  connectTimeoutMs?: number | undefined
  /** The SHA-1 thumbprint of the only certificate that the server may present, whoever signed it. */
  thumbprint?: string | undefined
}

export interface HttpOptions extends TransportOptions {
  retryOptions?: Partial<RetryPolicy> | undefined
  userAgentOptions?: { userAgentPrefix?: string | undefined } | undefined
  /** Other origins that a response may come from: those of gateways. */
  allowedResponseOrigins?: readonly string[] | undefined
  telemetryOptions?: { clientRequestIdHeaderName?: string | undefined } | undefined
}

interface SendOptions {
  signal: AbortSignal
  emit: Emit
  /** For a request that only finds out whether anybody answers: a single try within this time, in milliseconds. */
  probeTimeoutMs?: number
  /** How this server wants requests to be retried. */
  rule?: RetryRule
  /** See `RetryOptions`. */
  isIncomplete?: (answer: HttpAnswer) => boolean
  /** Holds each try back until it may start. The time-out of a try does not include this wait. */
  gate?: (send: () => Promise<HttpAnswer>, signal: AbortSignal) => Promise<HttpAnswer>
}

/** Sends requests with the credential's transport, time-out and retries. */
export interface Http {
  send(request: HttpRequest, options: SendOptions): Promise<HttpAnswer>
  /** Closes our own connections; those of a caller's transport stay open. */
  close(): unknown
}

/** How long one exchange may take, body included, in milliseconds. */
const exchangeTimeout = 30_000

/** Opens no connection: the transport does that with its first request. */
export function openClient(options: HttpOptions, host: Host, warn: (message: string) => void): Http {
  const { transport, proxyOf, close } = openTransport(options, host.env, warn)
  // An option that is undefined counts as absent: otherwise a retry count of undefined would never be reached.
  const given = Object.entries(options.retryOptions ?? {}).filter(([, value]) => value !== undefined)
  const policy = { ...defaultRetryPolicy, ...Object.fromEntries(given) }
  // In a page the header would make the browser send a preflight request first: two requests instead of one.
  const usualHeader = globalThis.process?.versions?.node === undefined ? undefined : 'x-ms-client-request-id'
  const requestIdHeader = options.telemetryOptions?.clientRequestIdHeaderName ?? usualHeader
  const userAgent = userAgentOf(options.userAgentOptions?.userAgentPrefix)
  return {
    async send(request, { signal, emit, probeTimeoutMs, rule, isIncomplete, gate }) {
      signal.throwIfAborted()
      let sent = 0
      const send = (): Promise<HttpAnswer> => {
        const id = requestIdHeader === undefined ? undefined : randomId()
        const named = requestIdHeader === undefined ? {} : { [requestIdHeader]: id as string }
        const headers = { ...request.headers, ...userAgent, ...named }
        const facts = (): SpanFacts => requestFacts(request, id, sent++)
        return inChildSpan(signal, `HTTP ${request.method}`, facts, async (span) => {
          const answer = await exchange(
            { ...request, headers },
            {
              ...{
                transport,
                now: host.now,
                monotonic: host.monotonic,
                timeoutMs: probeTimeoutMs ?? exchangeTimeout,
                signal,
              },
              allowedResponseOrigins: options.allowedResponseOrigins,
            },
          ).catch(naming(proxyOf, request.url))
          if (span !== undefined) noteAnswer(span, answer)
          return answer
        })
      }
      return withRetry(gate === undefined ? send : () => gate(send, signal), {
        policy: probeTimeoutMs === undefined ? policy : { ...policy, maxRetries: 0 },
        rule: rule && { ...rule, maxRetries: options.retryOptions?.maxRetries ?? rule.maxRetries },
        isIncomplete,
        signal,
        sleep: host.sleep,
        onRetry: ({ error, ...retry }) =>
          emit({ type: 'request-retried', ...retry, ...(error === undefined ? {} : { error: rebuilt(error) }) }),
      })
    },
    close,
  }
}

/** Adds the proxy to the failure of a connection, which says nothing of it, and rejects with that. */
function naming(proxyOf: ClosableTransport['proxyOf'], url: string): (error: unknown) => Promise<never> {
  return async (error) => {
    if (!(error instanceof HttpFailure && isOfNetwork(error))) throw error
    const proxy = await proxyOf?.(new URL(url))
    if (proxy !== undefined) error.proxy = proxy
    throw error
  }
}

/** Browsers forbid the header, so it is left out there. */
function userAgentOf(prefix: string | undefined): Record<string, string> {
  const versions = globalThis.process?.versions
  if (versions?.node === undefined) return {}
  const { platform, arch } = globalThis.process
  const products = [prefix, `entrada/${version}`, `azsdk-js-identity/${followedVersion}`, `Node/${versions.node}`]
  return { 'User-Agent': `${products.filter(Boolean).join(' ')} (${platform}; ${arch})` }
}

/** Prefers Node's module: touching `globalThis.crypto` loads all of WebCrypto. */
function randomId(): string {
  return (builtin('node:crypto') ?? globalThis.crypto).randomUUID()
}

/**
 * The transport that the options ask for: the caller's `fetch`, then the caller's `httpClient`, then Node's own
 * modules on Node and the global `fetch` elsewhere, where that does what is asked. The caller's stay open when the
 * credential closes. `warn` receives a message for each option that the chosen transport cannot honour.
 */
export function openTransport(options: TransportOptions, env: Env, warn: (message: string) => void): ClosableTransport {
  const { fetch, httpClient, ...settings } = options
  const { proxyOptions, tlsOptions, thumbprint } = settings
  if (fetch === undefined && httpClient === undefined) {
    const own = onDemand(async () => (await loadNodeTransport())({ ...settings, env, warn }))
    // The global fetch cannot compare a thumbprint, wherever it runs.
    if (isNode() || thumbprint !== undefined) return own
    if (hasNodeConnections()) return besideFetch(own, env, proxyOptions !== undefined || tlsOptions !== undefined)
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
  return { transport: globalFetch, close: () => undefined }
}

/** Looked up at call time, so that a polyfill or a test's replacement counts. */
const globalFetch: Transport = (url, init) => {
  if (typeof globalThis.fetch === 'function') return globalThis.fetch(url, init)
  // Jest's jsdom takes away the one that Node has.
  throw Object.assign(new Error('this runtime has no fetch; pass the option fetch'), { code: 'ENOSYS' })
}

/**
 * The global `fetch` of Deno and Bun, which sends everything that `HTTP_PROXY` and `HTTPS_PROXY` do not exempt through those
 * proxies, a managed identity's secret too. What must not go there takes connections of our own, and so does all where
 * an option is meant for them. With no proxy there is no reason to, and TLS of our own takes one permission of Deno's more.
 */
function besideFetch(own: ClosableTransport, env: Env, isForAll: boolean): ClosableTransport {
  const hasProxy = Object.keys(env).some((name) => /^(?:https|all)_proxy$/i.test(name))
  const isOwn = async (url: URL): Promise<boolean> => {
    if (isForAll || url.protocol === 'http:') return true
    if (!hasProxy) return false
    if (isOfThisNetwork(url.hostname)) return true
    const { isExempt, noProxyOf } = await import('./no-proxy.ts')
    return isExempt(url, noProxyOf(env))
  }
  return {
    transport: async (url, init) => ((await isOwn(new URL(url))) ? own.transport : globalFetch)(url, init),
    async proxyOf(url) {
      if (isForAll || url.protocol === 'http:') return own.proxyOf?.(url)
      // Not every runtime reads ALL_PROXY.
      const variables = Object.entries(env).filter(([name]) => /^(?:https|no)_proxy$/i.test(name))
      const { proxyFor } = await import('./proxy.ts')
      const proxy = proxyFor(url, undefined, Object.fromEntries(variables))
      return proxy && new URL(proxy).host
    },
    close: own.close,
  }
}

/** A transport whose code is loaded with the first request. */
function onDemand(load: () => Promise<ClosableTransport>): ClosableTransport {
  let loading: Promise<ClosableTransport> | undefined
  return {
    async transport(url, init) {
      loading ??= load()
      const { transport } = await loading
      return transport(url, init)
    },
    proxyOf: async (url) => (await loading?.catch(() => undefined))?.proxyOf?.(url),
    close: () => void loading?.then((opened) => opened.close()),
  }
}
