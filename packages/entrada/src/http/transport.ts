/**
 * The transport seam: one HTTP exchange, in the shape of `fetch`. The global `fetch`, undici's, `app.request` of Hono
 * and a test's own function all fit.
 */

export interface TransportInit {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
  signal: AbortSignal
  /** A transport must hand a redirect back and never follow it. */
  redirect: 'manual'
}

export interface TransportResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null | undefined }
  /** A web stream or an async iterable of bytes; read with a bound. */
  readonly body?: unknown
  /** Read only where there is no `body`. */
  text(): Promise<string>
}

export type Transport = (url: string, init: TransportInit) => TransportResponse | Promise<TransportResponse>

/** A transport that owns its connections. */
export interface ClosableTransport {
  transport: Transport
  close(): void
}
