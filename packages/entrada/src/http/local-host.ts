/** Loopback (127.0.0.0/8, ::1, localhost) and link-local (169.254.0.0/16, fe80::/10) hosts. */
export function isLocal(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '')
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    /^(?:::ffff:)?(?:127|169\.254)\.[\d.]+$/.test(host) ||
    /^::ffff:(?:7f[\da-f]{2}|a9fe):/.test(host) ||
    /^fe[89ab][\da-f]:/.test(host)
  )
}

/** Loopback alone: what is sent there in the clear stays on the machine, and what goes to a link-local host does not. */
export function isLoopback(hostname: string): boolean {
  return isLocal(hostname) && !/169\.254|a9fe:|fe[89ab][\da-f]:/i.test(hostname)
}
