import { type Asn1, childrenOf, oidOf } from './asn1.ts'
import { CertificateFault } from './certificate.ts'
import { nodeCrypto } from './node-crypto.ts'

/** An AlgorithmIdentifier (RFC 5280, 4.1.1.2). */
export interface Algorithm {
  oid: string
  parameters: Asn1 | undefined
}

export function algorithmOf(value: Asn1 | undefined): Algorithm {
  const [oid, parameters] = childrenOf(value)
  return { oid: oidOf(oid), parameters }
}

/** Looks an algorithm up in a table of those we know. Throws a `CertificateFault` that names it if it is not there. */
export function known<T>(table: Readonly<Record<string, T>>, { oid }: Algorithm, what: string): T {
  const entry = Object.hasOwn(table, oid) ? table[oid] : undefined
  if (entry === undefined) throw unsupported(`${what} ${oid}`)
  return entry
}

/** The fault of an intact file that uses something this library does not support. */
export function unsupported(what: string, cause?: unknown): CertificateFault {
  return new CertificateFault(`${what} is not supported`, 'Export it again with AES-256 and SHA-256.', cause)
}

/** The hash, if this runtime has it: builds of OpenSSL and BoringSSL each leave out different ones. */
export function availableHash(name: string): string {
  if (
    nodeCrypto()
      .getHashes()
      .some((known) => known.toLowerCase() === name)
  )
    return name
  throw unsupported(`the hash ${name}, which this runtime does not have,`)
}
