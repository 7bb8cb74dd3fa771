import { webDigest } from '../runtime/web-digest.ts'
import { type Asn1, Asn1Fault, childrenOf, readAsn1 } from './asn1.ts'
import { CertificateFault, type Sign, type SigningCertificate } from './certificate.ts'

/**
 * The certificate of a caller that signs, on runtimes that have only WebCrypto: the first one, with the others as its
 * chain, in their order. Rejects with a `CertificateFault` for anything that is not a certificate.
 */
export async function readPublicCertificate(bodies: readonly Uint8Array[], sign: Sign): Promise<SigningCertificate> {
  const [leaf] = bodies
  if (leaf === undefined) {
    throw new CertificateFault('there is no certificate in it', 'Pass a PEM with a CERTIFICATE block.')
  }
  const { expiresAt, publicKey } = fieldsOf(leaf)
  const [sha1 = '', sha256 = ''] = await Promise.all([webDigest('SHA-1', leaf), webDigest('SHA-256', leaf)])
  return { thumbprints: { sha1, sha256 }, chain: bodies.map(base64Of), publicKey, expiresAt, sign }
}

/** RFC 5280, 4.1. */
function fieldsOf(certificate: Uint8Array): { expiresAt: number; publicKey: string } {
  try {
    const [signed] = childrenOf(readAsn1(certificate))
    const fields = childrenOf(signed)
    // The version has its own tag, and version 1 leaves it out.
    const [, , , validity, , publicKey] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields
    const [, end] = childrenOf(validity)
    childrenOf(publicKey)
    return { expiresAt: timeOf(end), publicKey: base64Of((publicKey as Asn1).whole) }
  } catch (error) {
    if (!(error instanceof Asn1Fault)) throw error
    throw new CertificateFault('a certificate in it cannot be read', 'Export it again.', error)
  }
}

/** A UTCTime, whose two-digit years start at 1950, or a GeneralizedTime (RFC 5280, 4.1.2.5). */
function timeOf(value: Asn1 | undefined): number {
  const text = new TextDecoder().decode(value?.content)
  const digits = value?.tag === 0x17 ? `${text < '50' ? '20' : '19'}${text}` : text
  const [, date, time] = /^(\d{8})(\d{6})Z$/.exec(digits) ?? []
  const parsed = Date.parse(`${date?.replace(/(..)(..)$/, '-$1-$2')}T${time?.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`)
  if (Number.isNaN(parsed)) throw new Asn1Fault('not a time')
  return parsed
}

function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
