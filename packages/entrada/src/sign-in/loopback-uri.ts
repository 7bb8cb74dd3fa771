import { type Quote, quoted } from '../runtime/quoted.ts'

/** A redirect URI at which this machine itself listens. */
export interface LoopbackUri {
  /** As written in the URI. */
  hostname: 'localhost' | '127.0.0.1' | '[::1]'
  /** 0 means any free port. */
  port: number
  path: string
}

/** What every app that is registered for `http://localhost` may use: the port is ignored there (RFC 8252, 7.3). */
export const anyLoopback: LoopbackUri = { hostname: 'localhost', port: 0, path: '/' }

/** Reads a redirect URI. Throws a `TypeError` that begins with `who` for one at which no program can listen. */
export function parseLoopbackUri(value: unknown, who: string, quote: Quote = quoted): LoopbackUri {
  const remedy = 'Use http://localhost, with or without a port, as the app is registered, or leave it out.'
  if (typeof value !== 'string' || !URL.canParse(value)) throw new TypeError(`${who} is not a URL. ${remedy}`)
  const { protocol, hostname, port, pathname, search, hash, username, password } = new URL(value)
  const isOurs = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
  if (protocol !== 'http:' || !isOurs || search || hash || username || password) {
    throw new TypeError(
      `${who} ${username || password ? 'has a user name in it' : quote(value)} is not http on loopback. ${remedy}`,
    )
  }
  // A URL without a port means any port. `http://localhost:80` parses the same, but nobody registers that.
  return { hostname, port: Number(port), path: pathname }
}
