import { builtin } from '../runtime/builtin.ts'
import type { Host } from '../runtime/host.ts'
import { version } from '../version.ts'
import { openTransport } from './default-transport.ts'
import { exchange, type HttpAnswer } from './exchange.ts'
import type { Http, HttpOptions } from './http.ts'
import { defaultRetryPolicy, withRetry } from './retry.ts'

/** Bounds one exchange, body included, in milliseconds. */
const exchangeTimeout = 30_000

/** Opens no connection; the transport does, with its first request. */
export function openClient(options: HttpOptions, host: Host, warn: (message: string) => void): Http {
  const { transport, close } = openTransport(options, host.env, warn)
  // What is undefined is not given: a number of retries that is no number would never be reached.
  const given = Object.entries(options.retryOptions ?? {}).filter(([, value]) => value !== undefined)
  const policy = { ...defaultRetryPolicy, ...Object.fromEntries(given) }
  // In a page a browser would ask the server first whether it may send the header: two requests in the place of one.
  const usualHeader = globalThis.process?.versions?.node === undefined ? undefined : 'x-ms-client-request-id'
  const requestIdHeader = options.telemetryOptions?.clientRequestIdHeaderName ?? usualHeader
  const userAgent = userAgentOf(options.userAgentOptions?.userAgentPrefix)
  return {
    send(request, { signal, emit, probeTimeoutMs, rule, gate }) {
      const send = (): Promise<HttpAnswer> => {
        const id = requestIdHeader === undefined ? {} : { [requestIdHeader]: randomId() }
        const headers = { ...request.headers, ...userAgent, ...id }
        return exchange(
          { ...request, headers },
          { transport, now: host.now, timeoutMs: probeTimeoutMs ?? exchangeTimeout, signal },
        )
      }
      return withRetry(gate === undefined ? send : () => gate(send, signal), {
        policy: probeTimeoutMs === undefined ? policy : { ...policy, maxRetries: 0 },
        rule: rule && { ...rule, maxRetries: options.retryOptions?.maxRetries ?? rule.maxRetries },
        signal,
        sleep: host.sleep,
        onRetry: (retry) => emit({ type: 'request-retried', ...retry }),
      })
    },
    close,
  }
}

/** Browsers forbid the header; there it is left out. */
function userAgentOf(prefix: string | undefined): Record<string, string> {
  const versions = globalThis.process?.versions
  if (versions?.node === undefined) return {}
  const self = `entrada/${version} Node/${versions.node} (${globalThis.process.platform}; ${globalThis.process.arch})`
  return { 'User-Agent': prefix ? `${prefix} ${self}` : self }
}

/** Not `globalThis.crypto` where Node's module is to be had: touching that one loads all of WebCrypto. */
function randomId(): string {
  return (builtin('node:crypto') ?? globalThis.crypto).randomUUID()
}
