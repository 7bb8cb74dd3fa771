import { isIP } from 'node:net'

/**
 * Reads the names and addresses that a certificate is for, in the form of a URL's hostname: DNS names, with `*` as the
 * first label if need be, and IP addresses. Throws a `TypeError` for anything else.
 */
export function readHosts(hosts: readonly string[], who: string): string[] {
  return hosts.map((host) => {
    if (isIP(host) === 6) return new URL(`http://[${host}]`).hostname.slice(1, -1)
    if (/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(host)) return host.toLowerCase()
    throw new TypeError(
      `${who}: hosts contains ${JSON.stringify(host)}, which is not a host name. Write it as login.microsoftonline.com, without scheme and port.`,
    )
  })
}
