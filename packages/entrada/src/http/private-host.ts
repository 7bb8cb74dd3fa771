import { isLocal } from './local-host.ts'

/** Loopback, link-local, and the addresses of private networks (RFC 1918, RFC 4193, and RFC 6598's shared ones). */
export function isPrivate(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, '')
  return (
    isLocal(hostname) ||
    /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)[\d.]+$/.test(host) ||
    /^f[cd][\da-f]{2}:/.test(host)
  )
}
