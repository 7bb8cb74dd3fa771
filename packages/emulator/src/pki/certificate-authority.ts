import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, X509Certificate } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { promisify } from 'node:util'
import { authorityExtensions, commonName, pem, serverExtensions, signCertificate, subjectOf } from './certificate.ts'

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

const generate = promisify(generateKeyPair)

/**
 * Makes an authority: EC P-256, valid for 30 days. For a launcher that must know the authority before its tests
 * start, because Node reads `NODE_EXTRA_CA_CERTS` only when a process starts.
 */
export async function createCertificateAuthority(): Promise<CertificateAuthority> {
  const keys = await generate('ec', { namedCurve: 'P-256' })
  const name = commonName('entrada emulator test CA – do not trust')
  const certificate = signCertificate({
    subject: name,
    issuer: name,
    publicKey: keys.publicKey,
    issuerKey: keys.privateKey,
    issuerPublicKey: keys.publicKey,
    extensions: authorityExtensions(),
  })
  return { certificate: pem(certificate), privateKey: privatePem(keys.privateKey) }
}

/**
 * A certificate for `localhost`, `*.localhost`, `127.0.0.1`, `::1` and the given DNS names, signed by `ca`.
 * Throws a `TypeError` when `ca` is not an RSA or EC authority whose key fits its certificate.
 */
export async function createServerCertificate(
  ca: CertificateAuthority,
  hosts: readonly string[],
): Promise<ServerCertificate> {
  const issuer = readAuthority(ca)
  const keys = await generate('ec', { namedCurve: 'P-256' })
  const certificate = signCertificate({
    subject: commonName('entrada emulator – do not trust'),
    issuer: subjectOf(issuer.certificate.raw),
    publicKey: keys.publicKey,
    issuerKey: issuer.key,
    issuerPublicKey: issuer.certificate.publicKey,
    extensions: serverExtensions(
      ['localhost', '*.localhost', ...hosts.filter((host) => !isIPv6(host))],
      [Buffer.from([127, 0, 0, 1]), Buffer.from(`${'00'.repeat(15)}01`, 'hex')],
    ),
  })
  return { certificate: pem(certificate), privateKey: privatePem(keys.privateKey) }
}

function readAuthority(ca: CertificateAuthority): { certificate: X509Certificate; key: KeyObject } {
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
  return { certificate, key }
}

function privatePem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}
