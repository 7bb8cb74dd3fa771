import type { X509Certificate } from 'node:crypto'

/** Real chains have up to five certificates. */
const maximumLength = 10

/**
 * A certificate and its issuers, as far as they are available, in the order `x5c` wants (RFC 7515, 4.1.6). An issuer is
 * recognized by its name, its key identifier if there is one, and its signature. Of several, the valid one that expires
 * last is taken.
 */
export function certificateChain(
  leaf: X509Certificate,
  all: readonly X509Certificate[],
  now: number,
): X509Certificate[] {
  const chain = [leaf]
  for (let below: X509Certificate | undefined = leaf; below !== undefined && chain.length < maximumLength; ) {
    const issuer = issuerOf(below, all, now)
    // A root is its own issuer, and authorities that sign each other must not cause an endless loop.
    below = chain.some(({ raw }) => issuer?.raw.equals(raw)) ? undefined : issuer
    if (below !== undefined) chain.push(below)
  }
  return chain
}

/** A self-signed certificate is issued by itself, or by a renewed version of itself with the same key. */
function issuerOf(
  certificate: X509Certificate,
  all: readonly X509Certificate[],
  now: number,
): X509Certificate | undefined {
  const issuers = all.filter((other) => isIssuedBy(certificate, other))
  const valid = issuers.filter((issuer) => isValidAt(issuer, now))
  return lastToEnd(valid.length > 0 ? valid : issuers, (issuer) => issuer)
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  if (!certificate.checkIssued(issuer)) return false
  try {
    return certificate.verify(issuer.publicKey)
  } catch {
    // Node does not know this kind of key.
    return false
  }
}

export function isValidAt({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now < Date.parse(validTo)
}

/**
 * The one that expires last; of those that expire together, the one that became valid last. Their order does not
 * matter.
 */
export function lastToEnd<T>(items: readonly T[], certificateOf: (item: T) => X509Certificate): T | undefined {
  const times = (item: T): [number, number] => {
    const { validTo, validFrom } = certificateOf(item)
    return [Date.parse(validTo), Date.parse(validFrom)]
  }
  return items.reduce<T | undefined>((best, item) => {
    if (best === undefined) return item
    const [[end, start], [bestEnd, bestStart]] = [times(item), times(best)]
    return end > bestEnd || (end === bestEnd && start > bestStart) ? item : best
  }, undefined)
}
