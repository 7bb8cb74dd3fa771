import { exchange, type HttpAnswer, type HttpRequest } from '../../src/http/exchange.ts'
import { nodeTransport } from '../../src/http/node-transport.ts'
import type { ClosableTransport, Transport } from '../../src/http/transport.ts'

/** What is sent unless a test says otherwise: a secret that must reach one server alone. */
export const secretBody = 'client_secret=S3cret-that-stays'

/** The transport over Node's own modules, without a proxy. */
export function openNodeTransport(connectTimeoutMs?: number): ClosableTransport {
  return nodeTransport({ env: {}, ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }) })
}

/** One exchange with short limits. */
export function send(
  url: string,
  transport: Transport,
  options: { timeoutMs?: number; signal?: AbortSignal; now?: () => number } = {},
): Promise<HttpAnswer> {
  const request: HttpRequest = {
    method: 'POST',
    url,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: secretBody,
  }
  const { timeoutMs = 10_000, signal = new AbortController().signal, now = Date.now } = options
  return exchange(request, { transport, now, monotonic: now, timeoutMs, signal })
}
