/** Names of this machine that need no listing: the URL hostname, brackets and all, in lower case. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|[a-z0-9-]+(\.[a-z0-9-]+)*\.localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)
}

/** True for text that can stand as a Host header: a name or address with an optional port, and nothing else. */
export function isHostHeader(value: string): boolean {
  return /^([a-z0-9._-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/i.test(value)
}

/** The hostname in a Host header, lower case, without its port. */
export function hostnameOf(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase()
}

/** Reads the `hosts` option. Throws a `TypeError` for anything but plain DNS names. */
export function readHosts(hosts: readonly string[]): string[] {
  return hosts.map((host) => {
    if (/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(host)) return host.toLowerCase()
    throw new TypeError(
      `startEmulator: hosts has ${JSON.stringify(host)}, which is not a host name. Write it like login.microsoftonline.com, without scheme and port.`,
    )
  })
}
