import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto'
import {
  bits,
  boolean,
  children,
  element,
  integer,
  nothing,
  objectId,
  octets,
  sequence,
  set,
  text,
  time,
} from './der.ts'

/**
 * X.509 v3 certificates of the three fixed shapes the emulator needs (RFC 5280). Written here, and not with a
 * library, because start-up time is a feature of the emulator: this takes a few milliseconds, the usual library
 * 200 to import.
 */
export interface CertificateRequest {
  /** DER name, from `commonName` or from the issuer's certificate. */
  subject: Buffer
  issuer: Buffer
  publicKey: KeyObject
  /** RSA or EC; signs with SHA-256. */
  issuerKey: KeyObject
  issuerPublicKey: KeyObject
  extensions: readonly Buffer[]
}

const DAY = 24 * 60 * 60 * 1000
const LIFE_DAYS = 30

/** Signs a certificate that is valid from yesterday for 30 days, by the real clock. Returns DER. */
export function signCertificate(request: CertificateRequest): Buffer {
  const algorithm =
    request.issuerKey.asymmetricKeyType === 'rsa'
      ? sequence(objectId('1.2.840.113549.1.1.11'), nothing())
      : sequence(objectId('1.2.840.10045.4.3.2'))
  const now = Date.now()
  const toBeSigned = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    algorithm,
    request.issuer,
    sequence(time(new Date(now - DAY)), time(new Date(now + LIFE_DAYS * DAY))),
    request.subject,
    spki(request.publicKey),
    element(
      0xa3,
      sequence(
        extension('2.5.29.14', octets(keyIdentifier(request.publicKey))),
        extension('2.5.29.35', sequence(element(0x80, keyIdentifier(request.issuerPublicKey)))),
        ...request.extensions,
      ),
    ),
  )
  return sequence(toBeSigned, algorithm, bits(sign('sha256', toBeSigned, request.issuerKey)))
}

/** The DER name `CN=value`. */
export function commonName(value: string): Buffer {
  return sequence(set(sequence(objectId('2.5.4.3'), text(value))))
}

/** The subject's name out of a certificate, byte for byte, so that chains link. */
export function subjectOf(certificate: Uint8Array): Buffer {
  const fields = children(children(certificate)[0] ?? Buffer.alloc(0))
  const versioned = fields[0]?.[0] === 0xa0 ? 1 : 0
  const subject = fields[versioned + 4]
  if (subject === undefined) throw new RangeError('The certificate has no subject.')
  return subject
}

/** May sign certificates, none of them an authority itself. */
export function authorityExtensions(): Buffer[] {
  return [
    extension('2.5.29.19', sequence(boolean(true), integer(Buffer.from([0]))), 'critical'),
    extension('2.5.29.15', bits(Buffer.from([0b0000_0110]), 1), 'critical'),
  ]
}

/** A TLS server of these DNS names and IP addresses (the latter as 4 or 16 bytes). */
export function serverExtensions(names: readonly string[], addresses: readonly Uint8Array[]): Buffer[] {
  return [
    extension('2.5.29.19', sequence(), 'critical'),
    extension('2.5.29.15', bits(Buffer.from([0b1000_0000]), 7), 'critical'),
    extension('2.5.29.37', sequence(objectId('1.3.6.1.5.5.7.3.1'))),
    extension(
      '2.5.29.17',
      sequence(
        ...names.map((name) => element(0x82, Buffer.from(name, 'ascii'))),
        ...addresses.map((address) => element(0x87, address)),
      ),
    ),
  ]
}

export function pem(certificate: Uint8Array): string {
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function extension(id: string, value: Buffer, critical?: 'critical'): Buffer {
  return sequence(objectId(id), ...(critical ? [boolean(true)] : []), octets(value))
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}

/** RFC 5280, section 4.2.1.2, method 1: SHA-1 of the key's bits, without the count of unused ones. */
function keyIdentifier(key: KeyObject): Buffer {
  const publicBits = children(spki(key))[1] ?? Buffer.alloc(0)
  const headerLength = (publicBits[1] ?? 0) < 0x80 ? 2 : 2 + ((publicBits[1] ?? 0) & 0x7f)
  return createHash('sha1')
    .update(publicBits.subarray(headerLength + 1))
    .digest()
}

function serialNumber(): Buffer {
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  return serial
}
