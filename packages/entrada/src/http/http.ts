import type { Emit } from '../events.ts'
import type { Host } from '../runtime/host.ts'
import type { TransportOptions } from './default-transport.ts'
import type { HttpAnswer, HttpRequest } from './exchange.ts'
import type { RetryPolicy, RetryRule } from './retry.ts'

export interface HttpOptions extends TransportOptions {
  retryOptions?: Partial<RetryPolicy> | undefined
  userAgentOptions?: { userAgentPrefix?: string | undefined } | undefined
  telemetryOptions?: { clientRequestIdHeaderName?: string | undefined } | undefined
}

interface SendOptions {
  signal: AbortSignal
  emit: Emit
  /** Only to find out whether somebody answers: one try, and no longer than this, in milliseconds. */
  probeTimeoutMs?: number
  /** Retries as this server wants them. */
  rule?: RetryRule
  /** Holds each try back until it may start. The wait is no part of the try's time-out. */
  gate?: (send: () => Promise<HttpAnswer>, signal: AbortSignal) => Promise<HttpAnswer>
}

/** Sends requests with the credential's transport, time-out and retries. */
export interface Http {
  send(request: HttpRequest, options: SendOptions): Promise<HttpAnswer>
  /** Closes the connections that are ours. */
  close(): void
}

/** An HTTP client whose code is loaded with its first request: a program's start does not wait for it. */
export function openHttp(options: HttpOptions, host: Host, warn: (message: string) => void): Http {
  let opening: Promise<Http> | undefined
  return {
    async send(request, call) {
      opening ??= import('./client.ts').then(({ openClient }) => openClient(options, host, warn))
      const client = await opening
      call.signal.throwIfAborted()
      return client.send(request, call)
    },
    close: () =>
      void opening?.then(
        (client) => client.close(),
        () => undefined,
      ),
  }
}
