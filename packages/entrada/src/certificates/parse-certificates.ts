import type { X509Certificate } from 'node:crypto'
import { CertificateFault } from './certificate.ts'
import { nodeCrypto } from './node-crypto.ts'

/** More than all the authorities that a system trusts. */
const maximumCertificates = 1000
/** More than any application's file has. */
const maximumKeys = 100

/** Parses certificates, each as PEM or DER. Throws a `CertificateFault` if one of them is not a certificate. */
export function parseCertificates(certificates: readonly (string | Uint8Array)[]): X509Certificate[] {
  checkCount(certificates, maximumCertificates, 'certificates')
  const { X509Certificate } = nodeCrypto()
  try {
    return certificates.map((certificate) => new X509Certificate(certificate))
  } catch (error) {
    throw new CertificateFault('a certificate in it cannot be read', 'Export it again.', error)
  }
}

/** Throws a `CertificateFault` if there are more keys than we are willing to try one after the other. */
export function checkKeyCount(keys: readonly unknown[]): void {
  checkCount(keys, maximumKeys, 'private keys')
}

function checkCount({ length }: readonly unknown[], maximum: number, what: string): void {
  if (length <= maximum) return
  throw new CertificateFault(`there are more than ${maximum} ${what} in it`, 'Keep only what the application needs.')
}
