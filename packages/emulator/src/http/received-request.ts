import { hostnameOf } from './host-names.ts'

/** Names and their values; any name may be absent. */
export type Fields = Readonly<Record<string, string | undefined>>

/** A request, read once: what the log keeps and the routes work with. */
export interface ReceivedRequest {
  method: string
  url: string
  /** Host and port, as the client addressed them. */
  host: string
  hostname: string
  /** Scheme and host, for the URLs of metadata. */
  origin: string
  path: string
  query: Fields
  /** The headers, with names in lower case. */
  headers: Fields
  /** The body's fields, when it is `application/x-www-form-urlencoded`. */
  form: Fields
  /** The body as it was sent, unless it is too large. */
  text: string
  tooLarge: boolean
  /** The outcome, recorded by whatever answers the request, for the emulator's own page. */
  outcome: Outcome
}

/** What the response does not show. */
interface Outcome {
  /** The AADSTS code and the sentence. */
  refusal?: { code: number; text: string }
  /** What will go wrong later, although this request succeeded. */
  advice?: string
  /** Tokens that the browser carries to an app, by name. */
  tokens?: Readonly<Record<string, string>>
}

/** One request on its way to its route, with the part of the emulator that the route uses. */
export interface RouteContext<Service> {
  service: Service
  request: ReceivedRequest
  /** The named parameters of the path. */
  params: Fields
}

export type Route<Service> = (context: RouteContext<Service>) => Response | Promise<Response>

/** The longest body that is read, in bytes; requests to Entra ID are far shorter. */
export const bodyLimit: number = 1024 * 1024

export async function receive(request: Request): Promise<ReceivedRequest> {
  const url = new URL(request.url)
  const headers = Object.fromEntries(request.headers)
  const host = headers.host ?? url.host
  const body = await readBody(request)
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? '')
  return {
    method: request.method,
    url: request.url,
    host,
    hostname: hostnameOf(host),
    origin: `${url.protocol}//${host}`,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers,
    form: isForm && body !== undefined ? Object.fromEntries(new URLSearchParams(body)) : {},
    text: body ?? '',
    tooLarge: body === undefined,
    outcome: {},
  }
}

/** The body as a string, or `undefined` if it is longer than the limit. */
async function readBody(request: Request): Promise<string | undefined> {
  if (request.body === null) return ''
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body) {
    length += chunk.length
    if (length > bodyLimit) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
