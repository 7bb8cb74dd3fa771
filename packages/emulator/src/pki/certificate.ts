import type { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import type { Extension } from '@peculiar/x509'
import { loadX509 } from './x509.ts'

type X509 = Awaited<ReturnType<typeof loadX509>>

/** What a certificate's key is for: to sign certificates, to sign tokens, or to serve these names and addresses. */
type Purpose = 'authority' | 'tokens' | { hosts: readonly string[] }

export interface CertificateRequest {
  commonName: string
  publicKey: webcrypto.CryptoKey
  /** Signs with SHA-256. Without a certificate (PEM) of its own, the subject is the issuer. */
  issuer: { key: webcrypto.CryptoKey; certificate?: string }
  purpose: Purpose
}

/** One certificate in both its forms. */
export interface SignedCertificate {
  pem: string
  der: Buffer
}

const DAY = 24 * 60 * 60 * 1000
const LIFE_DAYS = 30

/** Signs an X.509 v3 certificate (RFC 5280) that is valid from yesterday for 30 days, by the real clock. */
export async function signCertificate(request: CertificateRequest): Promise<SignedCertificate> {
  const { publicKey, issuer, purpose } = request
  const x509 = await loadX509()
  const subject = new x509.Name([{ CN: [request.commonName] }])
  const parent = issuer.certificate === undefined ? undefined : new x509.X509Certificate(issuer.certificate)
  const now = Date.now()
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: parent?.subjectName ?? subject,
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + LIFE_DAYS * DAY),
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

/** The issuer's own identifier, however it was made; only an issuer without one is named by its key's SHA-1. */
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
      // It may sign certificates, none of them an authority itself.
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ]
  }
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension(
      purpose.hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
    ),
  ]
}
