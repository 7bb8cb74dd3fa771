import type { Emit } from '../events.ts'
import { builtin } from '../runtime/builtin.ts'
import type { Host } from '../runtime/host.ts'
import { version } from '../version.ts'
import { openTransport, type TransportOptions } from './default-transport.ts'
import { exchange, type HttpAnswer, type HttpRequest } from './exchange.ts'
import { defaultRetryPolicy, type RetryPolicy, withRetry } from './retry.ts'

export interface HttpOptions extends TransportOptions {
  retryOptions?: Partial<RetryPolicy> | undefined
  userAgentOptions?: { userAgentPrefix?: string | undefined } | undefined
  telemetryOptions?: { clientRequestIdHeaderName?: string | undefined } | undefined
}

/** Sends requests with the credential's transport, time-out and retries. */
export interface Http {
  send(request: HttpRequest, options: { signal: AbortSignal; emit: Emit }): Promise<HttpAnswer>
  /** Closes the connections that are ours. */
  close(): void
}

/** Bounds one exchange, body included, in milliseconds. */
const exchangeTimeout = 30_000

export function openHttp(options: HttpOptions, host: Host, warn: (message: string) => void): Http {
  const { transport, close } = openTransport(options, host.env, warn)
  const policy = { ...defaultRetryPolicy, ...options.retryOptions }
  const requestIdHeader = options.telemetryOptions?.clientRequestIdHeaderName ?? 'x-ms-client-request-id'
  const userAgent = userAgentOf(options.userAgentOptions?.userAgentPrefix)
  return {
    send(request, { signal, emit }) {
      const send = (): Promise<HttpAnswer> => {
        const headers = { ...request.headers, ...userAgent, [requestIdHeader]: randomId() }
        return exchange({ ...request, headers }, { transport, now: host.now, timeoutMs: exchangeTimeout, signal })
      }
      return withRetry(send, {
        policy,
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
