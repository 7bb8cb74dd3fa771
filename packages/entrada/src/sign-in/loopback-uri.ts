/** A redirect URI that this machine itself answers. */
export interface LoopbackUri {
  /** As it is written in the URI. */
  hostname: 'localhost' | '127.0.0.1' | '[::1]'
  /** 0 is any that is free. */
  port: number
  path: string
}

/** What every app that is registered for `http://localhost` may use: the port does not count there (RFC 8252, 7.3). */
export const anyLoopback: LoopbackUri = { hostname: 'localhost', port: 0, path: '/' }

/** Reads a redirect URI. Throws a `TypeError` that begins with `who` for one that no program can listen at. */
export function parseLoopbackUri(value: unknown, who: string): LoopbackUri {
  const mend = 'Use http://localhost with a port or without, as the app is registered, or leave it out.'
  if (typeof value !== 'string' || !URL.canParse(value)) throw new TypeError(`${who} is not a URL. ${mend}`)
  const { protocol, hostname, port, pathname, search, hash, username, password } = new URL(value)
  const isOurs = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
  if (protocol !== 'http:' || !isOurs || search || hash || username || password) {
    const shown = JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}...` : value)
    throw new TypeError(
      `${who} ${username || password ? 'has a user name in it' : shown} is not http on loopback. ${mend}`,
    )
  }
  // A URL without a port is one with any; `http://localhost:80` reads the same, and nobody registers that.
  return { hostname, port: Number(port), path: pathname }
}
