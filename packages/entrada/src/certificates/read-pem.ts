import type { KeyObject, X509Certificate } from 'node:crypto'
import { builtin } from '../runtime/builtin.ts'
import { CertificateFault, type SigningAlgorithm, type SigningCertificate } from './certificate.ts'

const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g
const keyBlock =
  /-----BEGIN (?:RSA |EC |ENCRYPTED )?PRIVATE KEY-----[\s\S]+?-----END (?:RSA |EC |ENCRYPTED )?PRIVATE KEY-----/

/** Node's cryptography; certificates can be used where it is. */
function nodeCrypto(): typeof import('node:crypto') {
  const crypto = builtin('node:crypto')
  if (typeof crypto?.X509Certificate === 'function') return crypto
  throw new CertificateFault(
    'this runtime can read no certificates',
    'Use ClientAssertionCredential with a signer of your own.',
  )
}

/**
 * Reads a PEM text with a certificate and its RSA key, in any order and with any text around them; the key may be
 * encrypted. Throws a `CertificateFault` for each thing that can be wrong; none repeats the text or the password.
 */
export function readPem(text: string, password: string | undefined): SigningCertificate {
  const { createPrivateKey, sign, constants } = nodeCrypto()
  const [pem] = text.match(keyBlock) ?? []
  const certificates = readCertificates(text)
  if (pem === undefined) {
    throw new CertificateFault(
      'there is no private key next to the certificate',
      'Put both into one PEM, or use PKCS#12.',
    )
  }
  let key: KeyObject
  try {
    key = createPrivateKey({ key: pem, ...(password === undefined ? {} : { passphrase: password }) })
  } catch (error) {
    throw keyFault(pem, password, error)
  }
  if (key.asymmetricKeyType !== 'rsa') {
    throw new CertificateFault(
      `the key is of type ${key.asymmetricKeyType}, and Entra ID takes RSA alone`,
      'Use a certificate with an RSA key of 2048 bits or more.',
    )
  }
  const leaf = certificates.find((certificate) => certificate.checkPrivateKey(key))
  if (leaf === undefined) {
    throw new CertificateFault(
      'the private key does not belong to the certificate',
      'Put the key into the PEM that the certificate was made for.',
    )
  }
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  return describe(leaf, certificates, (input: Uint8Array, algorithm: SigningAlgorithm) =>
    sign('sha256', input, algorithm === 'PS256' ? { key, ...padding } : key),
  )
}

/** Reads the certificates of a PEM whose key is elsewhere, for a caller who signs. */
export function readPublicPem(text: string, sign: SigningCertificate['sign']): SigningCertificate {
  const certificates = readCertificates(text)
  const [leaf] = certificates as [X509Certificate]
  if (leaf.publicKey.asymmetricKeyType !== 'rsa') {
    throw new CertificateFault(
      `the key is of type ${leaf.publicKey.asymmetricKeyType}, and Entra ID takes RSA alone`,
      'Use a certificate with an RSA key of 2048 bits or more.',
    )
  }
  return describe(leaf, certificates, sign)
}

function readCertificates(text: string): X509Certificate[] {
  const { X509Certificate } = nodeCrypto()
  const blocks = text.match(certificateBlock) ?? []
  if (blocks.length === 0) {
    throw new CertificateFault('there is no certificate in it', 'Give a PEM with a CERTIFICATE block, or PKCS#12.')
  }
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch (error) {
    throw new CertificateFault('a certificate in it can not be read', 'Export it again.', error)
  }
}

function keyFault(pem: string, password: string | undefined, cause: unknown): CertificateFault {
  const isEncrypted = /ENCRYPTED/.test(pem)
  if (isEncrypted && password === undefined) {
    return new CertificateFault('the private key is encrypted', 'Pass certificatePassword.')
  }
  return isEncrypted
    ? new CertificateFault('certificatePassword does not open the private key', 'Check the password.', cause)
    : new CertificateFault('the private key can not be read', 'Export it again, as PKCS#8.', cause)
}

/** The leaf first, then each one's issuer as far as they are there: that is what `x5c` asks for (RFC 7515, 4.1.6). */
function describe(
  leaf: X509Certificate,
  all: readonly X509Certificate[],
  sign: SigningCertificate['sign'],
): SigningCertificate {
  const { createHash } = nodeCrypto()
  const chain = [leaf]
  for (let below = leaf; ; ) {
    const isNew = (other: X509Certificate): boolean => chain.every(({ raw }) => !raw.equals(other.raw))
    const issuer = all.find((other) => isNew(other) && below.checkIssued(other))
    if (issuer === undefined) break
    chain.push(issuer)
    below = issuer
  }
  const digest = (algorithm: string): string => createHash(algorithm).update(leaf.raw).digest('base64url')
  return {
    thumbprints: { sha1: digest('sha1'), sha256: digest('sha256') },
    chain: chain.map(({ raw }) => raw.toString('base64')),
    expiresAt: Date.parse(leaf.validTo),
    sign,
  }
}
