import type { Refusal } from './family.ts'

/** The head of a request, before anything of it is believed. */
export interface RequestHead {
  method: string
  /** As it stands in the request line. */
  target: string
  headers: Readonly<Record<string, string | undefined>>
}

/**
 * Headers that a program which runs beside the endpoint never sends, and that a browser or a proxy cannot leave out
 * (Fetch Metadata: https://www.w3.org/TR/fetch-metadata/). `Sec-Fetch-Mode` is not among them: Node's `fetch` sends it.
 */
const telling: Readonly<Record<string, string>> = {
  origin: 'Web pages get no token',
  'sec-fetch-site': 'Web pages get no token',
  'x-forwarded-for': 'Requests that were passed on by a proxy get no token',
  'x-forwarded-host': 'Requests that were passed on by a proxy get no token',
  'x-forwarded-proto': 'Requests that were passed on by a proxy get no token',
  'x-real-ip': 'Requests that were passed on by a proxy get no token',
  forwarded: 'Requests that were passed on by a proxy get no token',
  via: 'Requests that were passed on by a proxy get no token',
}

/** Why a request must not be looked at any further; `undefined` if it may. `hosts`: the values of `Host` that are answered. */
export function guard({ target, headers }: RequestHead, hosts: ReadonlySet<string>): Refusal | undefined {
  const name = Object.keys(telling).find((each) => headers[each] !== undefined)
  if (name !== undefined) return { status: 403, reason: `${telling[name]}: the request has the header ${name}.` }
  // An absolute address in the request line is for a proxy, and would stand above the Host header (RFC 9112, section 3.2.2).
  if (!target.startsWith('/')) return { status: 400, reason: 'The request line must have a path, not an address.' }
  if (!hosts.has((headers.host ?? '').toLowerCase())) {
    return { status: 403, reason: 'This endpoint does not answer to that host name. --allow-host adds one.' }
  }
  return undefined
}

/** The values of `Host` for these names at a port; without a port, at a Unix socket, whose clients name what they like of these. */
export function hostHeaders(names: readonly string[], port: number | undefined): Set<string> {
  const written = names.map((name) => (name.includes(':') ? `[${name}]` : name.toLowerCase()))
  // Port 80 is the one that clients leave out.
  const bare = port === undefined || port === 80 ? written : []
  return new Set([...bare, ...(port === undefined ? [] : written.map((name) => `${name}:${port}`))])
}
