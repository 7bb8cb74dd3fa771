/**
 * A transport carries out one HTTP exchange, with the signature of `fetch`: the global one, undici's, `app.request` of Hono
 * and a test's own function all fit.
 */

export interface TransportInit {
  /** The HTTP method: no other is used. */
  method: 'GET' | 'POST'
  /** The headers, by name. */
  headers: Record<string, string>
  /** The body of a POST. */
  body?: string
  /** Aborts the request. */
  signal: AbortSignal
  /** A transport must return a redirect and never follow it. */
  redirect: 'manual'
}

/** A response, as far as it is read, in the shape of that of `fetch`. */
export interface TransportResponse {
  /** The HTTP status. */
  readonly status: number
  /** Its headers, by name in any case. */
  readonly headers: {
    /** A header's value; `null` or `undefined` if there is none of that name. */
    get(name: string): string | null | undefined
  }
  /** A web stream or an async iterable of bytes, which is read up to a bound. */
  readonly body?: unknown
  /** Whether the transport followed a redirect although it was told not to: such a response is refused unread. */
  readonly redirected?: boolean
  /** Where the response came from, if the transport says so. Empty for one that was made in memory. */
  readonly url?: string
  /** Called only if there is no `body`. */
  text(): Promise<string>
}

/** Sends a request, in the shape of `fetch`. */
export type Transport = (url: string, init: TransportInit) => TransportResponse | Promise<TransportResponse>

/** A transport that owns its connections. */
export interface ClosableTransport {
  transport: Transport
  /** The proxy that a request to this URL goes through, if it does: host and port, without the user's name. */
  proxyOf?(url: URL): Promise<string | undefined>
  close(): void
}
