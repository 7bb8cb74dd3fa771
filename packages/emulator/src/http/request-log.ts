import { inspect } from 'node:util'
import type { Fields, ReceivedRequest } from './received-request.ts'

/**
 * Every request that arrived, in order, for assertions in tests. An entry's fields are as they were sent, secrets
 * included; `util.inspect` and `JSON.stringify` of it show secrets as `[redacted]`.
 */
export interface RequestLog extends ReadonlyArray<LoggedRequest> {
  /** Forgets all of them. */
  clear(): void
}

const secretFields = [
  'client_secret',
  'client_assertion',
  'assertion',
  'password',
  'code',
  'device_code',
  'refresh_token',
  'code_verifier',
  'id_token_hint',
  // The hidden field of a sign-in form.
  'form',
]
const secretHeaders = ['authorization', 'cookie', 'proxy-authorization', 'secret', 'x-identity-header', 'x-ms-identity']

/** A request that the emulator received, and what became of it. */
export interface LoggedRequest {
  /** Such as `POST`. */
  readonly method: string
  /** The whole address. */
  readonly url: string
  /** The host that the client asked for, with its port. */
  readonly host: string
  /** The path of the address, without its query. */
  readonly path: string
  /** The parameters of the address. */
  readonly query: Fields
  /** The headers, with names in lower case. */
  readonly headers: Fields
  /** The body's fields, when it is urlencoded. */
  readonly form: Fields
  /** Milliseconds since the epoch, by the emulator's clock. */
  readonly at: number
  /** HTTP status of the answer; `undefined` while it is pending, and when a fault dropped the connection. */
  status: number | undefined
}

/**
 * The oldest entries beyond these are dropped, so that an emulator that runs for days, or that is sent a megabyte at a
 * time, does not fill its memory.
 */
const maxEntries = 10_000
const maxCharacters = 50_000_000

/** The log, and the way to write to it. */
export function createRequestLog(): { log: RequestLog; add(request: ReceivedRequest, at: number): LoggedRequest } {
  const entries: LoggedRequest[] = []
  /** Of each entry, in characters. */
  const sizes: number[] = []
  let held = 0
  const drop = (count: number): void => {
    entries.splice(0, count)
    for (const size of sizes.splice(0, count)) held -= size
  }
  // Not enumerable, so that the log compares equal to a plain array.
  Object.defineProperty(entries, 'clear', { value: () => drop(entries.length) })
  const add = (request: ReceivedRequest, at: number): LoggedRequest => {
    const entry = loggedRequest(request, at)
    const size = sizeOf(request)
    entries.push(entry)
    sizes.push(size)
    held += size
    while (entries.length > maxEntries || (held > maxCharacters && entries.length > 1)) drop(1)
    return entry
  }
  return { log: entries as unknown as RequestLog, add }
}

/** How many characters an entry keeps. */
function sizeOf({ url, headers, form }: ReceivedRequest): number {
  let size = url.length
  for (const fields of [headers, form]) {
    for (const [name, value] of Object.entries(fields)) size += name.length + (value?.length ?? 0)
  }
  return size
}

function loggedRequest(request: ReceivedRequest, at: number): LoggedRequest {
  const { method, url, host, path, query, headers, form } = request
  const entry: LoggedRequest = { method, url, host, path, query, headers, form, at, status: undefined }
  const shown = (): LoggedRequest => ({
    ...entry,
    url: redactUrl(url),
    query: redact(query, secretFields),
    headers: redact(headers, secretHeaders),
    form: redact(form, secretFields),
  })
  // Not enumerable, so that an entry compares equal to a plain object.
  return Object.defineProperties(entry, { toJSON: { value: shown }, [inspect.custom]: { value: shown } })
}

function redact(fields: Fields, secret: readonly string[]): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, secret.includes(name.toLowerCase()) ? '[redacted]' : value]),
  )
}

function redactUrl(text: string): string {
  const url = new URL(text)
  for (const name of secretFields) if (url.searchParams.has(name)) url.searchParams.set(name, '[redacted]')
  return url.href
}
