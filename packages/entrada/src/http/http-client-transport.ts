import type { TlsOptions } from './node-transport.ts'
import type { Transport } from './transport.ts'

/** The `HttpClient` of `@azure/core-rest-pipeline`, by shape. */
export interface HttpClientLike {
  /** Sends a request of `@azure/core-rest-pipeline`, and resolves to its response. */
  // biome-ignore lint/suspicious/noExplicitAny: the package's own request type can't be named without importing it
  sendRequest(request: any): Promise<{
    status: number
    headers: { get(name: string): string | undefined }
    bodyAsText?: string | null | undefined
    readableStreamBody?: unknown
    /** The request as it was last sent: a client that follows redirects changes its URL. */
    request?: { url?: string }
    browserStreamBody?: unknown
  }>
}

/** Makes an `httpClient` a transport. */
export function httpClientTransport(client: HttpClientLike, tlsSettings: TlsOptions | undefined): Transport {
  return async (url, { method, headers, body, signal }) => {
    const response = await client.sendRequest({
      url,
      method,
      headers: new Headers(headers),
      body,
      abortSignal: signal,
      timeout: 0,
      withCredentials: false,
      requestId: headers['x-ms-client-request-id'] ?? '',
      allowInsecureConnection: url.startsWith('http:'),
      tlsSettings,
      // Every body comes as a stream, so that it is read no further than our bound.
      streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
    })
    const { status, headers: given, readableStreamBody, browserStreamBody, request } = response
    const stream = readableStreamBody ?? browserStreamBody
    return {
      status,
      headers: given,
      url: request?.url ?? '',
      body: stream,
      text: async () => response.bodyAsText ?? '',
    }
  }
}

/** The headers of a `PipelineRequest`: case-insensitive, and written with the case they were given in. */
class Headers {
  readonly #entries = new Map<string, [name: string, value: string]>()
  constructor(headers: Record<string, string>) {
    for (const [name, value] of Object.entries(headers)) this.set(name, value)
  }
  get(name: string): string | undefined {
    return this.#entries.get(name.toLowerCase())?.[1]
  }
  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase())
  }
  set(name: string, value: string | number | boolean): void {
    this.#entries.set(name.toLowerCase(), [name, String(value)])
  }
  delete(name: string): void {
    this.#entries.delete(name.toLowerCase())
  }
  toJSON(options?: { preserveCase?: boolean }): Record<string, string> {
    return Object.fromEntries(options?.preserveCase ? this.#entries.values() : this)
  }
  *[Symbol.iterator](): Iterator<[string, string]> {
    for (const [name, [, value]] of this.#entries) yield [name, value]
  }
}
