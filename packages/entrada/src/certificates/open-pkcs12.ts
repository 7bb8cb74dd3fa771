import type { KeyObject } from 'node:crypto'
import { CertificateFault } from './certificate.ts'
import { type ChooseCertificate, chooseByKey } from './certificate-choice.ts'
import { nodeCrypto } from './node-crypto.ts'
import { checkKeyCount, parseCertificates } from './parse-certificates.ts'
import { readPkcs12 } from './read-pkcs12.ts'

/** Opens a PKCS#12, and returns the choice among its certificates. Rejects as `readPkcs12` does. */
export async function openPkcs12(
  bytes: Uint8Array,
  password: string | undefined,
  signal: AbortSignal,
): Promise<ChooseCertificate> {
  const contents = await readPkcs12(bytes, password, signal)
  checkKeyCount(contents.keys)
  const keys: KeyObject[] = []
  const keyFaults = [...contents.keyFaults]
  for (const key of contents.keys) {
    try {
      keys.push(nodeCrypto().createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' }))
    } catch (error) {
      keyFaults.push(new CertificateFault('a private key in it cannot be read', 'Export it again.', error))
    }
  }
  return chooseByKey({ keys, keyFaults, certificates: parseCertificates(contents.certificates) })
}
