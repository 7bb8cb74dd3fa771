/** PKCS#12 files of every make, put together by hand: what no tool at hand writes, and what none should. */
import { createHmac, createPrivateKey, pbkdf2Sync, X509Certificate } from 'node:crypto'
import forge from 'node-forge'
import type { MadeCertificate } from './make-certificate.ts'

export type Bytes = Uint8Array

/** A value with any tag and a length in its shortest form. */
export function der(tag: number, ...content: readonly Bytes[]): Bytes {
  const bytes = Buffer.concat(content)
  const { length } = bytes
  const size = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : 3
  const header = Buffer.alloc(2 + size)
  header[0] = tag
  header[1] = size === 0 ? length : 0x80 | size
  if (size > 0) header.writeUIntBE(length, 2, size)
  return Buffer.concat([header, bytes])
}

/** A constructed value of which the end is marked instead of its length told. */
export function endless(tag: number, ...content: readonly Bytes[]): Bytes {
  return Buffer.concat([Buffer.of(tag, 0x80), ...content, Buffer.of(0, 0)])
}

export const sequence = (...content: readonly Bytes[]): Bytes => der(0x30, ...content)
export const octets = (bytes: Bytes): Bytes => der(0x04, bytes)
export const explicit = (value: Bytes): Bytes => der(0xa0, value)
const nothing = der(0x05)

/** What is in a value that `der` made. */
export function contentOf(value: Bytes): Bytes {
  const size = (value[1] as number) < 0x80 ? 0 : (value[1] as number) & 0x7f
  return value.subarray(2 + size)
}

export function integer(value: number): Bytes {
  const hex = value.toString(16)
  const even = hex.padStart(hex.length + (hex.length % 2), '0')
  return der(0x02, Buffer.from(Number.parseInt(even.slice(0, 2), 16) >= 0x80 ? `00${even}` : even, 'hex'))
}

export function oid(text: string): Bytes {
  return Buffer.from(
    forge.asn1.toDer(forge.asn1.create(0, 6, false, forge.asn1.oidToDer(text).getBytes())).getBytes(),
    'latin1',
  )
}

const pkcs12 = '1.2.840.113549.1.12.10.1'
const data = oid('1.2.840.113549.1.7.1')

export function privateKeyInfo({ privateKey }: MadeCertificate): Bytes {
  return createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'der' })
}

export function keyBag(made: MadeCertificate): Bytes {
  return sequence(oid(`${pkcs12}.1`), explicit(privateKeyInfo(made)))
}

export function certificateBag({ certificate }: MadeCertificate): Bytes {
  const { raw } = new X509Certificate(certificate)
  return sequence(oid(`${pkcs12}.3`), explicit(sequence(oid('1.2.840.113549.1.9.22.1'), explicit(octets(raw)))))
}

/** Bags within a bag (RFC 7292, 4.2.6). */
export function nestedBag(...bags: readonly Bytes[]): Bytes {
  return sequence(oid(`${pkcs12}.6`), explicit(sequence(...bags)))
}

/** A key that is encrypted. */
export function shroudedBag(algorithm: Bytes, ciphertext: Bytes): Bytes {
  return sequence(oid(`${pkcs12}.2`), explicit(sequence(algorithm, octets(ciphertext))))
}

/** The algorithm of PBES2 with PBKDF2 over HMAC-SHA-256 and AES-256, or another cipher. */
export function pbes2({
  iterations,
  cipher = '2.16.840.1.101.3.4.1.42',
  prf = '1.2.840.113549.2.9',
  kdf = '1.2.840.113549.1.5.12',
}: {
  iterations: number
  cipher?: string
  prf?: string
  kdf?: string
}): Bytes {
  const parameters = sequence(octets(Buffer.alloc(8, 1)), integer(iterations), sequence(oid(prf), nothing))
  return sequence(
    oid('1.2.840.113549.1.5.13'),
    sequence(sequence(oid(kdf), parameters), sequence(oid(cipher), octets(Buffer.alloc(16, 2)))),
  )
}

/** What the MAC is over: parts in the clear, each with its bags. */
export function authenticatedSafe(...parts: readonly Bytes[][]): Bytes {
  return sequence(...parts.map((bags) => sequence(data, explicit(octets(sequence(...bags))))))
}

/** The file around it. */
export function pfx(authenticated: Bytes, ...macData: readonly Bytes[]): Bytes {
  return sequence(integer(3), sequence(data, explicit(octets(authenticated))), ...macData)
}

/** A MAC by SHA-1 with the derivation of PKCS#12, which node-forge does here. */
export function macData(
  content: Bytes,
  password: string | null,
  { iterations = 1, hash = '1.3.14.3.2.26' }: { iterations?: number; hash?: string } = {},
): Bytes {
  const salt = Buffer.from('eight by')
  // The types leave out the hash and a password that is absent.
  const generateKey = forge.pkcs12.generateKey as unknown as (...given: unknown[]) => { getBytes(): string }
  // With a count that is to be refused, the MAC does not matter.
  const rounds = iterations > 0 && iterations <= 100_000 ? iterations : 1
  const salted = forge.util.createBuffer(salt.toString('latin1'))
  const key = generateKey(password, salted, 3, rounds, 20, forge.md.sha1.create()).getBytes()
  const mac = createHmac('sha1', Buffer.from(key, 'latin1')).update(content).digest()
  // One is the default, and DER leaves out a default.
  const count = iterations === 1 ? [] : [integer(iterations)]
  return sequence(sequence(sequence(oid(hash), nothing), octets(mac)), octets(salt), ...count)
}

/** PBMAC1 (RFC 9579), as OpenSSL 3.4 and later write it. */
export function pbmac1Data(content: Bytes, password: string, length: number | undefined = 32): Bytes {
  const salt = Buffer.from('salt of a MAC')
  const key = pbkdf2Sync(password, salt, 3000, length, 'sha512')
  const mac = createHmac('sha256', key).update(content).digest()
  const kdf = sequence(
    oid('1.2.840.113549.1.5.12'),
    sequence(octets(salt), integer(3000), integer(length), sequence(oid('1.2.840.113549.2.11'), nothing)),
  )
  const parameters = sequence(kdf, sequence(oid('1.2.840.113549.2.9'), nothing))
  const algorithm = sequence(oid('1.2.840.113549.1.5.14'), parameters)
  return sequence(sequence(algorithm, octets(mac)), octets(Buffer.from('NOT USED')), integer(1))
}
