import type { Answer } from './answer.ts'

export type Handler = (request: Request) => Promise<Response>
export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>

/** A handler that fails as a network does: where a socket would break, it rejects with the `TypeError` of `fetch`. */
export function socketlessHandler(answer: (request: Request) => Promise<Answer>, closing: AbortSignal): Handler {
  return async (request) => {
    request.signal.throwIfAborted()
    if (closing.aborted) throw failure('ECONNREFUSED', 'the emulator is closed')
    const given = await abortable(answer(request), request.signal)
    if (given.kind === 'response') return given.response
    throw failure(given.kind === 'dropped' ? 'ECONNRESET' : 'UND_ERR_SOCKET', 'other side closed')
  }
}

const redirectStatuses = [301, 302, 303, 307, 308]
const maxRedirects = 20

/** `fetch` over a handler, redirects included. Every address goes to the handler, whatever its host. */
export function socketlessFetch(handler: Handler): Fetch {
  return async (url, init) => {
    let request = new Request(url, init)
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const body = request.body === null ? undefined : await request.arrayBuffer()
      const { method, headers, signal, redirect } = request
      const response = await handler(new Request(request.url, { method, headers, signal, ...(body && { body }) }))
      const location = response.headers.get('location')
      if (redirect === 'manual' || location === null || !redirectStatuses.includes(response.status)) return response
      if (redirect === 'error') throw failure('UND_ERR_REDIRECT', 'unexpected redirect')
      const becomesGet = response.status === 303 || (response.status < 303 && method === 'POST')
      request = new Request(new URL(location, request.url), {
        method: becomesGet ? 'GET' : method,
        headers,
        signal,
        ...(body && !becomesGet && { body }),
      })
    }
    throw failure('UND_ERR_REDIRECT', 'redirect count exceeded')
  }
}

/** Settles with the work, or rejects with the reason of an abort; the work itself continues. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function failure(code: string, message: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) })
}
