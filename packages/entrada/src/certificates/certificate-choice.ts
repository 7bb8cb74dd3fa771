import type { KeyObject, X509Certificate } from 'node:crypto'
import { CertificateFault, type Sign, type SigningAlgorithm, type SigningCertificate } from './certificate.ts'
import { certificateChain, isValidAt, lastToEnd } from './certificate-chain.ts'
import { nodeCrypto } from './node-crypto.ts'

/** Chooses the certificate to sign with at a given time, in milliseconds since the epoch. */
export type ChooseCertificate = (now: number) => SigningCertificate

/** The contents of a file, in any order. */
export interface FoundCertificates {
  keys: readonly KeyObject[]
  certificates: readonly X509Certificate[]
  /** Why other keys could not be read. They matter only if no readable key has a certificate. */
  keyFaults: readonly CertificateFault[]
}

/**
 * Chooses among the certificates that belong to an RSA key in the same file. Throws a `CertificateFault` if there are
 * none. The choice is made again each time, because a file may hold a certificate's successor before that is valid.
 */
export function chooseByKey({ keys, certificates, keyFaults }: FoundCertificates): ChooseCertificate {
  const { createPublicKey } = nodeCrypto()
  if (certificates.length === 0) throw noCertificate()
  const rsaKeys = keys.filter(isRsa)
  const signers = new Map(rsaKeys.map((key) => [spkiOf(createPublicKey(key)), signWith(key)]))
  const leaves = certificates.flatMap((leaf) => {
    const sign = signers.get(spkiOfCertificate(leaf) ?? '')
    return sign === undefined ? [] : [{ leaf, sign }]
  })
  if (leaves.length > 0) return (now) => choose(leaves, certificates, now)
  if (keyFaults[0] !== undefined) throw keyFaults[0]
  const [first] = keys
  if (first === undefined) {
    throw new CertificateFault(
      'there is no private key next to the certificate',
      'Put both into one PEM, or use PKCS#12.',
      undefined,
      'key',
    )
  }
  throw rsaKeys.length === 0
    ? notRsa(first)
    : new CertificateFault(
        'the private key does not belong to the certificate',
        'Put the key into the file that the certificate was made for.',
        undefined,
        'key',
      )
}

/** The choice for a caller that signs: the first certificate, or another one with the same key. */
export function chooseForSigner(certificates: readonly X509Certificate[], sign: Sign): ChooseCertificate {
  const [first] = certificates
  if (first === undefined) throw noCertificate()
  const spki = spkiOfCertificate(first)
  if (spki === undefined || !isRsa(first.publicKey)) throw notRsa(spki === undefined ? undefined : first.publicKey)
  const leaves = certificates.filter((leaf) => spkiOfCertificate(leaf) === spki).map((leaf) => ({ leaf, sign }))
  return (now) => choose(leaves, certificates, now)
}

interface Leaf {
  leaf: X509Certificate
  sign: Sign
}

/**
 * The valid certificate that expires last. If none is valid, one that is not valid yet is preferred to an expired one:
 * this machine's clock may be slow, and Entra ID decides.
 */
function choose(leaves: readonly Leaf[], all: readonly X509Certificate[], now: number): SigningCertificate {
  const valid = leaves.filter(({ leaf }) => isValidAt(leaf, now))
  const toCome = leaves.filter(({ leaf }) => Date.parse(leaf.validTo) > now)
  const candidates = [valid, toCome, leaves].find((some) => some.length > 0) ?? leaves
  const { leaf, sign } = lastToEnd(candidates, (candidate) => candidate.leaf) as Leaf
  const { createHash } = nodeCrypto()
  const digest = (algorithm: string): string => createHash(algorithm).update(leaf.raw).digest('base64url')
  return {
    thumbprints: { sha1: digest('sha1'), sha256: digest('sha256') },
    chain: certificateChain(leaf, all, now).map(({ raw }) => raw.toString('base64')),
    publicKey: spkiOf(leaf.publicKey),
    expiresAt: Date.parse(leaf.validTo),
    sign,
  }
}

function signWith(key: KeyObject): Sign {
  const { sign, constants } = nodeCrypto()
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  return async (input: Uint8Array, algorithm: SigningAlgorithm) => {
    try {
      return sign('sha256', input, algorithm === 'PS256' ? { key, ...padding } : key)
    } catch (error) {
      // workerd takes a key object here only as the sole argument, without options.
      if ((error as { code?: unknown }).code === 'ERR_INVALID_ARG_TYPE') return signPs256(key, input)
      // A key is not checked when it is read: one that is damaged or too short fails here.
      throw new CertificateFault('the private key cannot sign', 'Export it again, or make one of 2048 bits.', error)
    }
  }
}

async function signPs256(key: KeyObject, input: Uint8Array): Promise<ArrayBuffer> {
  const { subtle } = globalThis.crypto
  const bytes = new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }))
  const imported = await subtle.importKey('pkcs8', bytes, { name: 'RSA-PSS', hash: 'SHA-256' }, false, ['sign'])
  return subtle.sign({ name: 'RSA-PSS', saltLength: 32 }, imported, new Uint8Array(input))
}

function isRsa({ asymmetricKeyType }: KeyObject): boolean {
  return asymmetricKeyType === 'rsa'
}

/** A public key as a string by which keys can be compared. */
function spkiOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64')
}

/** `undefined` for a kind of key that Node does not know: an authority's certificate in the file may have one. */
function spkiOfCertificate(certificate: X509Certificate): string | undefined {
  try {
    return spkiOf(certificate.publicKey)
  } catch {
    return undefined
  }
}

function noCertificate(): CertificateFault {
  return new CertificateFault('there is no certificate in it', 'Pass a PEM with a CERTIFICATE block, or PKCS#12.')
}

function notRsa(key: KeyObject | undefined): CertificateFault {
  return new CertificateFault(
    `the key is of type ${key?.asymmetricKeyType ?? 'unknown'}, and Entra ID accepts only RSA`,
    'Use a certificate with an RSA key of 2048 bits or more.',
  )
}
