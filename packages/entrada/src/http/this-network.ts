/**
 * What counts as this machine and its network: the only place that decides where plain http may go and what never goes
 * through a proxy. Each function takes the host name of a `URL`, which has normalised addresses.
 */

/** Loopback (127.0.0.0/8, ::1, localhost) and link-local (169.254.0.0/16, fe80::/10) hosts. */
export function isLocal(hostname: string): boolean {
  return (
    /(?:^|\.)localhost$|^::1$|^fe[89ab][\da-f]:/.test(bare(hostname)) ||
    /^(?:(?:::ffff:)?(?:127|169\.254)\.[\d.]+$|::ffff:(?:7f[\da-f]{2}|a9fe):)/.test(bare(hostname))
  )
}

/** Loopback only: plain text sent there stays on the machine, which is not true of link-local hosts. */
export function isLoopback(hostname: string): boolean {
  return isLocal(hostname) && !/169\.254|a9fe:|fe[89ab][\da-f]:/i.test(hostname)
}

/**
 * This machine and its network: loopback, link-local and private addresses (RFC 1918, RFC 4193, and RFC 6598's shared
 * ones), and names that never resolve to a public host: those without a dot, and those of Docker and Podman
 * (`*.docker.internal`, `*.containers.internal`), multicast DNS (`*.local`, RFC 6762, which includes Kubernetes'
 * `*.svc.cluster.local`) and Kubernetes (`*.svc`). Not `metadata.google.internal`, which belongs to another cloud.
 */
export function isOfThisNetwork(hostname: string): boolean {
  return isLocal(hostname) || networkHosts.test(bare(hostname))
}

/** Private IPv4 and IPv6 addresses, names without a dot, and names in domains that are never public. */
const networkHosts =
  /^(?:(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.[\d.]+|f[cd][\da-f]{2}:.+|[\w-]+|(?:[\w-]+\.)+(?:(?:docker|containers)\.internal|local|svc))$/

function bare(hostname: string): string {
  return hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '')
}
