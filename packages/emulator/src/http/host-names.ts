/** Whether a name always means this machine. It is a URL's hostname in lower case, with brackets if it is IPv6. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|[a-z0-9-]+(\.[a-z0-9-]+)*\.localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)
}

/** Whether a string is a valid Host header: a name or address with an optional port, and nothing else. */
export function isHostHeader(value: string): boolean {
  return /^([a-z0-9._-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/i.test(value)
}

/** The hostname of a Host header in lower case, without its port. */
export function hostnameOf(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase()
}

/** Whether a hostname, as in a URL, is one of these names and addresses. A `*` stands for one label. */
export function isOneOf(hosts: readonly string[], hostname: string): boolean {
  const [, first, rest] = /^([^.]+)\.(.+)$/.exec(hostname) ?? []
  const shapes = [hostname, hostname.replace(/^\[(.*)\]$/, '$1'), first === undefined ? hostname : `*.${rest}`]
  return hosts.some((host) => shapes.includes(host))
}
