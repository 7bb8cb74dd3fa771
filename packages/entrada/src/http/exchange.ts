import { abortError, onAbort } from '../runtime/abort.ts'
import { startTimer } from '../runtime/timer.ts'
import { describeFailure, HttpFailure } from './failure.ts'
import { readBody } from './read-body.ts'
import { retryAfter } from './retry-after.ts'
import type { Transport } from './transport.ts'

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
  /** How long the server asks to be left alone, in milliseconds. */
  retryAfterMs: number | undefined
}

export interface ExchangeOptions {
  transport: Transport
  now: () => number
  /** Bounds the whole exchange, body included, in milliseconds. */
  timeoutMs: number
  signal: AbortSignal
}

/**
 * One request and its whole answer. Rejects with an `HttpFailure`, or with an `AbortError` once the signal is aborted;
 * both at once, even where the transport does not listen to its signal.
 */
export async function exchange(request: HttpRequest, options: ExchangeOptions): Promise<HttpAnswer> {
  const controller = new AbortController()
  const { promise: stopped, reject: stop } = deferred()
  const end = (error: Error): void => {
    stop(error)
    controller.abort(error)
  }
  const seconds = options.timeoutMs / 1000
  const cancelTimer = startTimer(options.timeoutMs, () =>
    end(new HttpFailure('timeout', `no answer from ${new URL(request.url).host} within ${seconds} s`)),
  )
  const forget = onAbort(options.signal, () => end(abortError('The request was aborted.')))
  try {
    if (options.signal.aborted) throw abortError('The request was aborted.')
    return await Promise.race([answerOf(request, options, controller.signal), stopped])
  } catch (error) {
    // An answer that is refused unread, a redirect say, must not keep its connection.
    controller.abort(error)
    if (error instanceof HttpFailure || options.signal.aborted) throw error
    throw new HttpFailure('network', describeFailure(error), error)
  } finally {
    cancelTimer()
    forget()
  }
}

async function answerOf(request: HttpRequest, options: ExchangeOptions, signal: AbortSignal): Promise<HttpAnswer> {
  // As a bare function: `fetch` minds its `this`.
  const { transport } = options
  const { url, ...init } = request
  const response = await transport(url, { ...init, signal, redirect: 'manual' })
  const header = (name: string): string | undefined => response.headers.get(name) ?? undefined
  // A browser shows a redirect as status 0.
  if (response.status === 0 || (response.status >= 300 && response.status < 400)) {
    throw new HttpFailure(
      'redirect',
      `${new URL(url).host} answered with a redirect (${response.status}), which is not followed`,
    )
  }
  const text = await readBody(response)
  return { status: response.status, text, header, retryAfterMs: retryAfter(header, options.now()) }
}

/** A promise to race with, which never counts as an unhandled rejection. */
function deferred(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<never>((_, no) => {
    reject = no
  })
  promise.catch(() => undefined)
  return { promise, reject }
}
