import { createHash, createPrivateKey, createPublicKey, KeyObject, webcrypto, X509Certificate } from 'node:crypto'
import { signCertificate } from './certificate.ts'
import { readHosts } from './host-names.ts'

/** A certificate authority for tests. Never put it into a system's trust store. */
export interface CertificateAuthority {
  /** PEM. */
  certificate: string
  /** PEM, PKCS#8. */
  privateKey: string
}

/** What a TLS server needs, both PEM. */
export interface ServerCertificate {
  /** PEM, with the chain. */
  certificate: string
  /** PEM. */
  privateKey: string
}

/** The curves that WebCrypto supports, by their OpenSSL names. */
const curves: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }

/** What a new authority is like. */
export interface CertificateAuthorityOptions {
  /** How long it is valid. Default 30. */
  days?: number
}

/**
 * Creates an authority: EC P-256, valid for 30 days unless `days` says otherwise. For a launcher that must know the
 * authority before its tests start, because Node reads `NODE_EXTRA_CA_CERTS` only when a process starts.
 */
export async function createCertificateAuthority({
  days,
}: CertificateAuthorityOptions = {}): Promise<CertificateAuthority> {
  const { publicKey, privateKey } = await generateKeys()
  const { pem } = await signCertificate({
    commonName: 'entrada emulator test CA – do not trust',
    publicKey,
    issuer: { key: privateKey },
    purpose: 'authority',
    days,
  })
  return { certificate: pem, privateKey: privatePem(privateKey) }
}

/**
 * A certificate for `localhost`, `*.localhost`, `127.0.0.1`, `::1` and the given DNS names and addresses, signed by
 * `ca`, for a server of your own beside the emulator. Rejects with a `TypeError` for an invalid name, and if `ca` is
 * not an RSA or EC (P-256, P-384, P-521) authority whose key matches its certificate.
 */
export async function createServerCertificate(
  ca: CertificateAuthority,
  hosts: readonly string[] = [],
): Promise<ServerCertificate> {
  const who = 'createServerCertificate'
  return createCertificateFor(ca, withLoopback(readHosts(hosts, who)), who)
}

/** The names and addresses of loopback, and others. */
export function withLoopback(hosts: readonly string[]): string[] {
  return ['localhost', '*.localhost', ...hosts, '127.0.0.1', '::1']
}

/** The same for only these names and addresses, which have already been checked; `who` is named if `ca` is refused. */
export async function createCertificateFor(
  ca: CertificateAuthority,
  hosts: readonly string[],
  who: string,
): Promise<ServerCertificate> {
  const issuer = { key: await signer(readAuthority(ca, who), who), certificate: ca.certificate }
  const { publicKey, privateKey } = await generateKeys()
  const { pem } = await signCertificate({
    commonName: 'entrada emulator – do not trust',
    publicKey,
    issuer,
    purpose: { hosts },
  })
  return { certificate: pem, privateKey: privatePem(privateKey) }
}

/** A self-signed certificate. */
export interface SelfSignedCertificate extends ServerCertificate {
  /** SHA-1 as Windows writes it: in upper case, without colons. */
  thumbprint: string
}

/** Creates a self-signed certificate for `localhost`. */
export async function createSelfSignedCertificate(): Promise<SelfSignedCertificate> {
  const { publicKey, privateKey } = await generateKeys()
  const { pem, der } = await signCertificate({
    commonName: 'entrada emulator, self-signed – do not trust',
    publicKey,
    issuer: { key: privateKey },
    purpose: { hosts: ['localhost', '127.0.0.1', '::1'] },
  })
  const thumbprint = createHash('sha1').update(der).digest('hex').toUpperCase()
  return { certificate: pem, privateKey: privatePem(privateKey), thumbprint }
}

/** The authority's private key, once it has been checked against the certificate. */
function readAuthority(ca: CertificateAuthority, who: string): KeyObject {
  let certificate: X509Certificate
  let key: KeyObject
  try {
    certificate = new X509Certificate(ca.certificate)
    key = createPrivateKey(ca.privateKey)
  } catch {
    throw new TypeError(
      `${who}: ca is not a PEM certificate with its PEM private key. Make one with createCertificateAuthority().`,
    )
  }
  if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ec') {
    throw new TypeError(
      `${who}: ca.privateKey is of type "${key.asymmetricKeyType}". Use an RSA or EC key, or createCertificateAuthority().`,
    )
  }
  if (!certificate.ca || !createPublicKey(key).equals(certificate.publicKey)) {
    throw new TypeError(
      `${who}: ca.certificate is not a certificate authority, or ca.privateKey is not its key. Make one with createCertificateAuthority().`,
    )
  }
  return key
}

/** The key in the form in which WebCrypto signs certificates. */
function signer(key: KeyObject, who: string): Promise<webcrypto.CryptoKey> {
  const der = key.export({ type: 'pkcs8', format: 'der' })
  if (key.asymmetricKeyType === 'rsa') {
    return webcrypto.subtle.importKey('pkcs8', der, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign'])
  }
  const { namedCurve = '' } = key.asymmetricKeyDetails ?? {}
  const curve = curves[namedCurve]
  if (curve === undefined) {
    throw new TypeError(
      `${who}: ca.privateKey is on the curve "${namedCurve}". Use P-256, P-384 or P-521, or createCertificateAuthority().`,
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
