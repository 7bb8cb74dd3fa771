import { createHash, createPrivateKey, createPublicKey, KeyObject, webcrypto, X509Certificate } from 'node:crypto'
import { signCertificate } from './certificate.ts'

/** A certificate authority for tests. Never put it into a system's trust store. */
export interface CertificateAuthority {
  /** PEM. */
  certificate: string
  /** PEM, PKCS#8. */
  privateKey: string
}

/** What a TLS server needs, both PEM. */
export interface ServerCertificate {
  certificate: string
  privateKey: string
}

/** The curves that WebCrypto knows, by their names in OpenSSL. */
const CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }

/**
 * Makes an authority: EC P-256, valid for 30 days. For a launcher that must know the authority before its tests
 * start, because Node reads `NODE_EXTRA_CA_CERTS` only when a process starts.
 */
export async function createCertificateAuthority(): Promise<CertificateAuthority> {
  const { publicKey, privateKey } = await generateKeys()
  const { pem } = await signCertificate({
    commonName: 'entrada emulator test CA – do not trust',
    publicKey,
    issuer: { key: privateKey },
    purpose: 'authority',
  })
  return { certificate: pem, privateKey: privatePem(privateKey) }
}

/**
 * A certificate for `localhost`, `*.localhost`, `127.0.0.1`, `::1` and the given DNS names and addresses, signed by `ca`.
 * Throws a `TypeError` when `ca` is not an RSA or EC (P-256, P-384, P-521) authority whose key fits its
 * certificate.
 */
export function createServerCertificate(
  ca: CertificateAuthority,
  hosts: readonly string[],
): Promise<ServerCertificate> {
  return createCertificateFor(ca, ['localhost', '*.localhost', ...hosts, '127.0.0.1', '::1'])
}

/** The same for these names and addresses alone. */
export async function createCertificateFor(
  ca: CertificateAuthority,
  hosts: readonly string[],
): Promise<ServerCertificate> {
  const issuer = { key: await signer(readAuthority(ca)), certificate: ca.certificate }
  const { publicKey, privateKey } = await generateKeys()
  const { pem } = await signCertificate({
    commonName: 'entrada emulator – do not trust',
    publicKey,
    issuer,
    purpose: { hosts },
  })
  return { certificate: pem, privateKey: privatePem(privateKey) }
}

/** A certificate that signed itself. */
export interface SelfSignedCertificate extends ServerCertificate {
  /** SHA-1, as Windows writes it: in capitals, without colons. */
  thumbprint: string
}

/** Makes one for `localhost`. */
export async function createSelfSignedCertificate(): Promise<SelfSignedCertificate> {
  const { publicKey, privateKey } = await generateKeys()
  const { pem, der } = await signCertificate({
    commonName: 'entrada emulator, of its own signing – do not trust',
    publicKey,
    issuer: { key: privateKey },
    purpose: { hosts: ['localhost', '127.0.0.1', '::1'] },
  })
  const thumbprint = createHash('sha1').update(der).digest('hex').toUpperCase()
  return { certificate: pem, privateKey: privatePem(privateKey), thumbprint }
}

/** The authority's private key, once it is known to fit. */
function readAuthority(ca: CertificateAuthority): KeyObject {
  let certificate: X509Certificate
  let key: KeyObject
  try {
    certificate = new X509Certificate(ca.certificate)
    key = createPrivateKey(ca.privateKey)
  } catch {
    throw new TypeError(
      'startEmulator: ca is not a PEM certificate with its PEM private key. Make one with createCertificateAuthority().',
    )
  }
  if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ec') {
    throw new TypeError(
      `startEmulator: ca.privateKey is of type "${key.asymmetricKeyType}". Use an RSA or EC key, or createCertificateAuthority().`,
    )
  }
  if (!certificate.ca || !createPublicKey(key).equals(certificate.publicKey)) {
    throw new TypeError(
      'startEmulator: ca.certificate is no authority, or not the one of ca.privateKey. Make one with createCertificateAuthority().',
    )
  }
  return key
}

/** The key in the form WebCrypto signs certificates with. */
function signer(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const der = key.export({ type: 'pkcs8', format: 'der' })
  if (key.asymmetricKeyType === 'rsa') {
    return webcrypto.subtle.importKey('pkcs8', der, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign'])
  }
  const { namedCurve = '' } = key.asymmetricKeyDetails ?? {}
  const curve = CURVES[namedCurve]
  if (curve === undefined) {
    throw new TypeError(
      `startEmulator: ca.privateKey is on the curve "${namedCurve}". Use P-256, P-384 or P-521, or createCertificateAuthority().`,
    )
  }
  return webcrypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: curve }, false, ['sign'])
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
}

function privatePem(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString()
}
