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
  /** A name that is in the query, or in the form, more than once: `query` and `form` have its last value alone. */
  duplicate: string | undefined
  /** The body as it was sent, unless it is too large. */
  text: string
  /** Whether the body is longer, or has more fields, than is read. */
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

/** The most fields that a form may have: the emulator's own page shows each. */
export const fieldLimit: number = 256

export async function receive(request: Request): Promise<ReceivedRequest> {
  const url = new URL(request.url)
  const headers = Object.fromEntries(request.headers)
  const host = headers.host ?? url.host
  const body = await readBody(request)
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? '')
  const fields = new URLSearchParams(isForm ? body : '')
  const tooLarge = body === undefined || fields.size > fieldLimit
  return {
    method: request.method,
    url: request.url,
    host,
    hostname: hostnameOf(host),
    origin: `${url.protocol}//${host}`,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers,
    form: tooLarge ? {} : Object.fromEntries(fields),
    duplicate: duplicateIn(url.searchParams) ?? (tooLarge ? undefined : duplicateIn(fields)),
    text: tooLarge ? '' : body,
    tooLarge,
    outcome: {},
  }
}

function duplicateIn(fields: URLSearchParams): string | undefined {
  const names = new Set<string>()
  for (const name of fields.keys()) {
    if (names.has(name)) return name
    names.add(name)
  }
  return undefined
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
