import type { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import type { Extension } from '@peculiar/x509'

type X509 = Awaited<ReturnType<typeof loadX509>>

/** The purpose of a certificate's key: to sign certificates, to sign tokens, or to serve these names and addresses. */
type Purpose = 'authority' | 'tokens' | { hosts: readonly string[] }

export interface CertificateRequest {
  commonName: string
  publicKey: webcrypto.CryptoKey
  /** Signs with SHA-256. Without a certificate (PEM), the subject is its own issuer. */
  issuer: { key: webcrypto.CryptoKey; certificate?: string }
  purpose: Purpose
  /** How long it is valid. Default 30; with an issuer, as long as the issuer, up to what browsers accept. */
  days?: number | undefined
}

/** One certificate in both encodings. */
export interface SignedCertificate {
  pem: string
  der: Buffer
}

const dayMs = 24 * 60 * 60 * 1000
/** Apple's clients accept no server certificate that is valid for longer. */
const longestDays = 397

/** Signs an X.509 v3 certificate (RFC 5280) that is valid from yesterday on, by the real clock. */
export async function signCertificate(request: CertificateRequest): Promise<SignedCertificate> {
  const { publicKey, issuer, purpose } = request
  const x509 = await loadX509()
  const subject = new x509.Name([{ CN: [request.commonName] }])
  const parent = issuer.certificate === undefined ? undefined : new x509.X509Certificate(issuer.certificate)
  const now = Date.now()
  const days = request.days ?? (parent ? longestDays : 30)
  const end = Math.min(now + days * dayMs, parent?.notAfter.getTime() ?? Infinity)
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: parent?.subjectName ?? subject,
    notBefore: new Date(now - dayMs),
    notAfter: new Date(end),
    publicKey,
    signingKey: issuer.key,
    extensions: [
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await authorityKeyIdentifier(x509, parent?.publicKey ?? publicKey, parent),
      ...purposeExtensions(x509, purpose),
    ],
  })
  return { pem: `${certificate.toString('pem').trimEnd()}\n`, der: Buffer.from(certificate.rawData) }
}

/** The issuer's own key identifier; an issuer without one is identified by its key's SHA-1. */
async function authorityKeyIdentifier(
  x509: X509,
  key: Parameters<X509['AuthorityKeyIdentifierExtension']['create']>[0],
  parent: InstanceType<X509['X509Certificate']> | undefined,
): Promise<Extension> {
  const keyId = parent?.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId
  if (keyId !== undefined) return new x509.AuthorityKeyIdentifierExtension(keyId)
  return x509.AuthorityKeyIdentifierExtension.create(key)
}

function purposeExtensions(x509: X509, purpose: Purpose): Extension[] {
  if (purpose === 'tokens') return []
  if (purpose === 'authority') {
    return [
      // It may sign certificates, but not those of further authorities.
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ]
  }
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension(
      purpose.hosts.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
    ),
  ]
}

/**
 * The X.509 library, loaded with the first certificate, because importing it takes longer than all other imports
 * together. `reflect-metadata` comes first: the library needs it while it loads.
 */
async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata')
  return import('@peculiar/x509')
}
