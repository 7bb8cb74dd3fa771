import type { ListenOnLoopback, LoopbackExchange, LoopbackServer } from '../runtime/loopback-server.ts'
import { type CallbackRefusal, maximumBody, readCallback, refuseRequest, tooLarge } from './callback-request.ts'
import { type Page, renderPage } from './end-page.ts'
import type { LoopbackUri } from './loopback-uri.ts'

export interface LoopbackOptions {
  uri: LoopbackUri
  /** What the response must carry. */
  state: string
  origins: readonly string[]
  listen: ListenOnLoopback
}

/** The authority's response. The browser waits for its page until `show` is called. */
export interface CallbackAnswer {
  fields: ReadonlyMap<string, string>
  show(status: number, page: Page): Promise<void>
}

/** Servers on this machine that wait for one response. */
export interface Loopback {
  redirectUri: string
  answer: Promise<CallbackAnswer>
  /** Resolves when nothing listens any more. */
  close(): Promise<void>
}

/** How many ports are tried. */
const tries = 10

/** The error codes of systems without IPv6. */
const noAddress: readonly unknown[] = ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EPROTONOSUPPORT']

/**
 * Listens at a redirect URI, for one response that carries the state. `localhost` is 127.0.0.1 and ::1, because a
 * browser may use either; where ::1 does not exist, only 127.0.0.1. A port is used only if it is free on both:
 * otherwise another program could take the response on the other one. Rejects with a system error, whose `address` says
 * where.
 */
export async function openLoopback({ uri, state, origins, listen }: LoopbackOptions): Promise<Loopback> {
  let answered: (answer: CallbackAnswer) => void = () => undefined
  const answer = new Promise<CallbackAnswer>((resolve) => {
    answered = resolve
  })
  const { path, hostname } = uri
  let host = ''
  let isAnswered = false
  const handle = async (exchange: LoopbackExchange): Promise<void> => {
    const fields = await fieldsOf(exchange, { host, path, origins }, state)
    if ('reason' in fields) return refuse(exchange, fields)
    if (isAnswered) return refuse(exchange, { status: 409, reason: 'This sign-in has been answered already.' })
    isAnswered = true
    answered({ fields, show: (status, page) => show(exchange, status, page) })
  }
  // A connection that breaks off is neither answered nor taken for the response.
  const safely = (exchange: LoopbackExchange): void => void handle(exchange).catch(() => undefined)
  const servers = await listenAt(uri, (address, port) => listen(address, port, safely))
  const port = servers[0]?.port ?? 0
  host = port === 80 ? hostname : `${hostname}:${port}`
  return {
    redirectUri: `http://${host}${path === '/' ? '' : path}`,
    answer,
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
  }
}

type Listen = (address: '127.0.0.1' | '::1', port: number) => Promise<LoopbackServer>

async function listenAt({ hostname, port }: LoopbackUri, listen: Listen): Promise<LoopbackServer[]> {
  if (hostname === '127.0.0.1') return [await listenOn(listen, '127.0.0.1', port)]
  if (hostname === '[::1]') return [await listenOn(listen, '::1', port)]
  for (let left = tries; ; left--) {
    const first = await listenOn(listen, '127.0.0.1', port)
    try {
      return [first, await listenOn(listen, '::1', first.port)]
    } catch (error) {
      const { code } = error as { code?: unknown }
      if (noAddress.includes(code)) return [first]
      await first.close()
      if (code !== 'EADDRINUSE' || port !== 0 || left === 0) throw error
    }
  }
}

async function listenOn(listen: Listen, address: '127.0.0.1' | '::1', port: number): Promise<LoopbackServer> {
  try {
    return await listen(address, port)
  } catch (error) {
    throw Object.assign(error as Error, { address })
  }
}

async function fieldsOf(
  exchange: LoopbackExchange,
  expected: Parameters<typeof refuseRequest>[1],
  state: string,
): Promise<ReadonlyMap<string, string> | CallbackRefusal> {
  const refused = refuseRequest(exchange, expected)
  if (refused !== undefined) return refused
  const body = await exchange.body(maximumBody)
  return body === undefined ? tooLarge : readCallback(body, state)
}

async function refuse(exchange: LoopbackExchange, { status, reason }: CallbackRefusal): Promise<void> {
  const { html, headers } = renderPage({ heading: 'Not the response to a sign-in', text: reason })
  await exchange.respond(status, status === 405 ? { ...headers, allow: 'POST' } : headers, html)
}

async function show(exchange: LoopbackExchange, status: number, page: Page): Promise<void> {
  const { html, headers } = renderPage(page)
  await exchange.respond(status, headers, html)
}
