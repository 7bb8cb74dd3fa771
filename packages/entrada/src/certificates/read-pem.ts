import type { KeyObject, X509Certificate } from 'node:crypto'
import { CertificateFault, type Sign } from './certificate.ts'
import { type ChooseCertificate, chooseByKey, chooseForSigner } from './certificate-choice.ts'
import { hasNodeCrypto, nodeCrypto } from './node-crypto.ts'
import { checkKeyCount, parseCertificates } from './parse-certificates.ts'
import { type PemBlock, pemBlocks, pemBody } from './pem-blocks.ts'

/**
 * Reads a PEM text with certificates and keys, in any order and with any text around them; the keys may be encrypted.
 * Rejects with a `CertificateFault` for anything that is wrong, which never repeats the text or the password; with the
 * signal's reason if it is aborted.
 */
export async function readPem(
  text: string,
  password: string | undefined,
  signal: AbortSignal,
): Promise<ChooseCertificate> {
  const blocks = pemBlocks(text)
  const certificates = certificatesIn(blocks)
  const keyBlocks = blocks.filter(({ label }) => /^(?:[A-Z]+ )?PRIVATE KEY$/.test(label))
  checkKeyCount(keyBlocks)
  const keyOf = keyReader(password, signal)
  const keys: KeyObject[] = []
  const keyFaults: CertificateFault[] = []
  for (const block of keyBlocks) {
    try {
      keys.push(await keyOf(block))
    } catch (error) {
      if (!(error instanceof CertificateFault)) throw error
      keyFaults.push(error)
    }
  }
  return chooseByKey({ keys, certificates, keyFaults })
}

/** Reads the certificates of a PEM whose key is elsewhere, for a caller that signs. This needs only WebCrypto. */
export async function readPublicPem(text: string, sign: Sign): Promise<ChooseCertificate> {
  const blocks = pemBlocks(text)
  if (hasNodeCrypto()) return chooseForSigner(certificatesIn(blocks), sign)
  const { readPublicCertificate } = await import('./public-certificate.ts')
  const certificate = await readPublicCertificate(certificateBlocks(blocks).map(pemBody), sign)
  return () => certificate
}

function certificatesIn(blocks: readonly PemBlock[]): X509Certificate[] {
  return parseCertificates(certificateBlocks(blocks).map(({ text }) => text))
}

function certificateBlocks(blocks: readonly PemBlock[]): PemBlock[] {
  // The second is an older label, which OpenSSL still takes.
  return blocks.filter(({ label }) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE')
}

/** Reads one key after the other; the code that decrypts PKCS#8 is loaded on demand. */
function keyReader(password: string | undefined, signal: AbortSignal): (block: PemBlock) => Promise<KeyObject> {
  const { createPrivateKey } = nodeCrypto()
  let decrypter: ((bytes: Uint8Array) => Promise<Uint8Array | undefined>) | undefined
  return async (block) => {
    const isEncrypted = block.text.includes('ENCRYPTED')
    if (isEncrypted && password === undefined) {
      throw new CertificateFault('the private key is encrypted', 'Pass certificatePassword.', undefined, 'password')
    }
    if (block.label !== 'ENCRYPTED PRIVATE KEY' || password === undefined) {
      try {
        return createPrivateKey({ key: block.text, ...(password === undefined ? {} : { passphrase: password }) })
      } catch (error) {
        throw isEncrypted ? wrongPassword(error) : unreadable(error)
      }
    }
    decrypter ??= (await import('./encrypted-key.ts')).keyDecrypter(password, signal)
    const bytes = await decrypter(pemBody(block))
    if (bytes === undefined) throw wrongPassword()
    try {
      return createPrivateKey({ key: Buffer.from(bytes), format: 'der', type: 'pkcs8' })
    } catch (error) {
      throw unreadable(error)
    }
  }
}

function wrongPassword(cause?: unknown): CertificateFault {
  return new CertificateFault(
    'certificatePassword does not open the private key',
    'Check the password.',
    cause,
    'password',
  )
}

function unreadable(cause: unknown): CertificateFault {
  return new CertificateFault('the private key cannot be read', 'Export it again, as PKCS#8.', cause)
}
