import { abortError } from '../runtime/abort.ts'
import { rebuilt } from '../runtime/foreign-error.ts'
import { longestForeignText } from '../runtime/one-line.ts'
import { startTimer } from '../runtime/timer.ts'
import { describeFailure, HttpFailure } from './failure.ts'
import { requestRedaction } from './request-secrets.ts'
import { retryAfter } from './retry-after.ts'
import type { Transport, TransportResponse } from './transport.ts'

export interface HttpRequest {
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  body?: string
}

export interface HttpAnswer {
  status: number
  text: string
  header(name: string): string | undefined
  /** When the request that this answers was sent, the last of several tries, in milliseconds since the epoch. */
  sentAt: number
  /** The same by the monotonic clock. */
  sentMoment: number
  /** How long the server asks us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined
}

export interface ExchangeOptions {
  transport: Transport
  now: () => number
  monotonic: () => number
  /** How long the whole exchange may take, body included, in milliseconds. */
  timeoutMs: number
  signal: AbortSignal
  /** Other origins that a response may come from, according to the transport: those of gateways. */
  allowedResponseOrigins?: readonly string[] | undefined
}

/**
 * Sends one request and reads the whole response. Rejects with an `HttpFailure`, or with an `AbortError` as soon as the
 * signal is aborted, even if the transport ignores its signal.
 */
export async function exchange(request: HttpRequest, options: ExchangeOptions): Promise<HttpAnswer> {
  const controller = new AbortController()
  const { promise: stopped, reject: stop } = deferred()
  const end = (error: Error): void => {
    stop(error)
    controller.abort(error)
  }
  const seconds = options.timeoutMs / 1000
  let status: number | undefined
  const onStatus = (begun: number): void => {
    status = begun
  }
  const cancelTimer = startTimer(options.timeoutMs, () => {
    const message = `no answer from ${new URL(request.url).host} within ${seconds} s`
    end(new HttpFailure('timeout', message, undefined, status))
  })
  const onAbort = (): void => end(abortError('The request was aborted.'))
  options.signal.addEventListener('abort', onAbort)
  try {
    if (options.signal.aborted) throw abortError('The request was aborted.')
    return await Promise.race([answerOf(request, options, controller.signal, onStatus), stopped])
  } catch (error) {
    // A response that is refused unread, such as a redirect, must not keep its connection.
    controller.abort(error)
    if (options.signal.aborted) throw error
    // The transport's error may hold the request, and whoever logs our error would log that too.
    const cause = rebuilt(error, requestRedaction(request))
    if (cause instanceof HttpFailure) throw cause
    throw new HttpFailure('network', describeFailure(cause), cause, status)
  } finally {
    cancelTimer()
    options.signal.removeEventListener('abort', onAbort)
  }
}

async function answerOf(
  request: HttpRequest,
  options: ExchangeOptions,
  signal: AbortSignal,
  onStatus: (status: number) => void,
): Promise<HttpAnswer> {
  // Called as a bare function, because `fetch` depends on its `this`.
  const { transport, now, monotonic } = options
  const { url: given, ...init } = request
  // Send what was checked: `URL` drops line breaks and tabs, which a transport might read differently.
  const url = new URL(given).href
  const [sentAt, sentMoment] = [now(), monotonic()]
  const response = await transport(url, { ...init, signal, redirect: 'manual' })
  if (typeof response?.status !== 'number') {
    throw new HttpFailure('malformed', 'the transport returned no response with a status')
  }
  onStatus(response.status)
  const header = headerReader(response)
  // A browser shows a redirect as status 0.
  if (response.status === 0 || (response.status >= 300 && response.status < 400)) {
    throw new HttpFailure(
      'redirect',
      `${new URL(url).host} answered with a redirect (${response.status}), which is not followed`,
      undefined,
      response.status,
    )
  }
  refuseFollowed(response, url, options.allowedResponseOrigins)
  const text = await readBody(response)
  const receivedAt = now()
  return {
    status: response.status,
    text,
    header,
    sentAt,
    sentMoment,
    get retryAfterMs() {
      return retryAfter(header, receivedAt)
    },
  }
}

/**
 * Reads headers, however the transport keeps them. It is called after the exchange has ended, where nothing that it throws would be
 * made an error of ours, so a header that cannot be read counts as absent.
 */
function headerReader({ headers }: TransportResponse): (name: string) => string | undefined {
  return (name) => {
    try {
      const value: unknown = headers.get(name)
      return value === undefined || value === null ? undefined : String(value).slice(0, longestForeignText)
    } catch {
      return undefined
    }
  }
}

/** A transport that followed a redirect has passed the secret on, and its response is not from this server. */
function refuseFollowed(response: TransportResponse, asked: string, allowed: readonly string[] = []): void {
  const { host, origin } = new URL(asked)
  const refused = (what: string): HttpFailure =>
    new HttpFailure('redirect', `the transport ${what}, which is not accepted`)
  if (response.redirected === true) throw refused(`followed a redirect of ${host}`)
  if (!response.url) return
  const from = URL.canParse(response.url, asked) ? new URL(response.url, asked).origin : 'a place that is not a URL'
  if (from === origin || allowed.some((gateway) => new URL(gateway).origin === from)) return
  throw refused(`brought the answer of ${from} in place of ${host}'s (see the option allowedResponseOrigins)`)
}

/** A promise to race against. Its rejection never counts as unhandled. */
function deferred(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<never>((_, no) => {
    reject = no
  })
  promise.catch(() => undefined)
  return { promise, reject }
}

/** Far more than any token, error or document of this protocol needs. */
export const maximumBodyBytes: number = 1024 * 1024

/** The body as text, read no further than 1 MiB. */
async function readBody(response: TransportResponse): Promise<string> {
  const chunks = chunksOf(response.body)
  if (chunks === undefined) {
    const text: unknown = await response.text()
    if (typeof text !== 'string') throw new HttpFailure('malformed', 'the transport returned a body that is not text')
    if (text.length > maximumBodyBytes) throw tooLarge()
    return text
  }
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  // Leaving the loop early cancels the stream, and with it the connection.
  for await (const chunk of chunks) {
    // A Node stream with an encoding gives text.
    size += typeof chunk === 'string' ? chunk.length : chunk.byteLength
    if (size > maximumBodyBytes) throw tooLarge()
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function tooLarge(): HttpFailure {
  return new HttpFailure('too-large', `the answer is larger than ${maximumBodyBytes} bytes`)
}

/** `undefined` if there is no body, or one that is neither a stream nor iterable, which only `text()` can read. */
function chunksOf(body: unknown): AsyncIterable<Uint8Array | string> | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  if (Symbol.asyncIterator in body) return body as AsyncIterable<Uint8Array>
  return 'getReader' in body ? webChunks(body as ReadableStream<Uint8Array>) : undefined
}

/** Web streams are not async iterable in every browser. */
async function* webChunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
