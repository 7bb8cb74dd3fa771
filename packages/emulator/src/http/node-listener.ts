import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Answer } from './answer.ts'
import { isHostHeader } from './host-names.ts'
import { bodyLimit } from './received-request.ts'

/** Connects Node's requests and responses to the handler's. Faults that break connections happen here. */
export function nodeListener(scheme: 'http' | 'https', answer: (request: Request) => Promise<Answer>): RequestListener {
  return (incoming, outgoing) => {
    // `Request` has none of these methods.
    if (/^(?:TRACE|TRACK)$/i.test(incoming.method ?? '')) {
      outgoing.writeHead(405).end()
      return
    }
    const left = new AbortController()
    outgoing.on('close', () => left.abort())
    toRequest(scheme, incoming, left.signal)
      .then(answer)
      .then((given) => send(given, incoming.method === 'HEAD', outgoing))
      // Only the connection itself, or a bug of ours, can still fail here: the client sees a closed socket.
      .catch(() => outgoing.destroy())
  }
}

async function toRequest(scheme: string, incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const { method = 'GET', url = '/', headers, rawHeaders } = incoming
  // Node takes the first of two, and something in front of it may have looked at the other (RFC 9112, section 3.2).
  const hosts = rawHeaders.filter((name, place) => place % 2 === 0 && name.toLowerCase() === 'host')
  const { host, path } = target(url, hosts.length > 1 ? 'invalid' : (headers.host ?? ''))
  const body = await readBody(incoming)
  const bodiless = method === 'GET' || method === 'HEAD'
  return new Request(`${scheme}://${host}${path}`, {
    method,
    headers: [...flat(headers), ['host', host]],
    signal,
    ...(bodiless ? {} : { body }),
  })
}

/**
 * The host and path of a request. An absolute URL in the request line overrides the Host header (RFC 9112, section
 * 3.2.2); an invalid Host header becomes `invalid`, which is not the name of any host.
 */
function target(url: string, header: string): { host: string; path: string } {
  const absolute = url.startsWith('/') || !URL.canParse(url) ? undefined : new URL(url)
  const host = absolute?.host ?? header
  const path = absolute ? absolute.pathname + absolute.search : url
  return { host: isHostHeader(host) ? host : 'invalid', path: path.startsWith('/') ? path : '/' }
}

/**
 * Keeps at most one byte more than the handler accepts; the rest is read and dropped, so that the client receives the
 * refusal.
 */
async function readBody(incoming: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    if (length <= bodyLimit) chunks.push(chunk.subarray(0, bodyLimit + 1 - length))
    length += chunk.length
  }
  return Buffer.concat(chunks)
}

function flat(headers: IncomingMessage['headers']): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || name.startsWith(':') || name === 'host' ? [] : [[name, [value].flat().join(', ')]],
  )
}

async function send(answer: Answer, headOnly: boolean, outgoing: ServerResponse): Promise<void> {
  if (answer.kind === 'dropped') {
    outgoing.destroy()
    return
  }
  const { response } = answer
  const body = Buffer.from(await response.arrayBuffer())
  const truncated = answer.kind === 'truncated'
  const length = truncated ? Math.max(body.length, 2) : body.length
  outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), 'content-length': length })
  if (truncated) outgoing.write(body.subarray(0, body.length / 2), () => outgoing.destroy())
  else outgoing.end(headOnly ? undefined : body)
}
