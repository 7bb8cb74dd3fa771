import { hostnameOf } from './host.ts'

/** Names and their values; any name may be absent. */
export type Fields = Readonly<Record<string, string | undefined>>

/** A request, read once: what the log keeps and the routes work with. */
export interface ReceivedRequest {
  method: string
  url: string
  /** Host and port, as the client addressed us. */
  host: string
  hostname: string
  /** Scheme and host, for the URLs of metadata. */
  origin: string
  path: string
  query: Fields
  /** Names in lower case. */
  headers: Fields
  /** The body's fields, when it is `application/x-www-form-urlencoded`. */
  form: Fields
  tooLarge: boolean
  /** What became of it, as those who answer tell; for the emulator's own page. */
  told: Told
}

/** Notes on an answer that the answer itself does not show. */
interface Told {
  refusal?: { code: number; text: string }
  /** Tokens that went to an app by a browser, by name. */
  tokens?: Readonly<Record<string, string>>
}

/** Bytes of body that are read; Entra ID's requests stay far below. */
export const BODY_LIMIT: number = 1024 * 1024

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
    tooLarge: body === undefined,
    told: {},
  }
}

/** The body as text, or `undefined` when it is longer than the limit. */
async function readBody(request: Request): Promise<string | undefined> {
  if (request.body === null) return ''
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body) {
    length += chunk.length
    if (length > BODY_LIMIT) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
