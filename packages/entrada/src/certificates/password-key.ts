import { type Algorithm, algorithmOf, availableHash, known, unsupported } from './algorithm.ts'
import { type Asn1, Asn1Fault, childrenOf, integerOf, octetsOf, tags } from './asn1.ts'
import type { Derivation } from './derivation.ts'

/** HMACs by object identifier, with Node's name for the hash (RFC 8018, B.1). */
const hmacs: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
  '1.2.840.113549.2.12': 'sha512-224',
  '1.2.840.113549.2.13': 'sha512-256',
}

/** The hash of the HMAC that an algorithm identifies. */
export function hmacOf(algorithm: Algorithm, what: string): string {
  return availableHash(known(hmacs, algorithm, what))
}

/** Derives a key from a password's UTF-8. */
export interface PasswordKey {
  /** The key's length in bytes, if the parameters give one. */
  length: number | undefined
  derive(password: Uint8Array, length: number): Promise<Uint8Array>
}

/** PBKDF2 (RFC 8018, A.2) or scrypt (RFC 7914, 7) with the parameters from a file. */
export function passwordKey(algorithm: Algorithm, derivation: Derivation): PasswordKey {
  const schemes = { '1.2.840.113549.1.5.12': pbkdf2, '1.3.6.1.4.1.11591.4.11': scrypt }
  return known(schemes, algorithm, 'the key derivation')(algorithm, derivation)
}

function pbkdf2({ parameters }: Algorithm, derivation: Derivation): PasswordKey {
  const [saltValue, count, ...optional] = childrenOf(parameters)
  // The salt could also be an algorithm that produces it, but none has ever been defined.
  const salt = saltOf(saltValue)
  const iterations = positive(integerOf(count))
  const length = optional[0]?.tag === tags.integer ? integerOf(optional.shift()) : undefined
  const [prf] = optional
  const digest = prf === undefined ? 'sha1' : hmacOf(algorithmOf(prf), 'the PRF')
  return {
    length,
    derive: (password, size) => derivation.pbkdf2(password, { salt, iterations, length: size, digest }),
  }
}

function scrypt({ parameters }: Algorithm, derivation: Derivation): PasswordKey {
  const [saltValue, ...numbers] = childrenOf(parameters)
  const salt = saltOf(saltValue)
  const [N, r, p, length] = numbers.map((number) => positive(integerOf(number)))
  if (N === undefined || r === undefined || p === undefined) throw new Asn1Fault('not the parameters of scrypt')
  // The function is defined only for powers of two, and Node accepts nothing else.
  if (N === 1 || !Number.isInteger(Math.log2(N))) throw unsupported(`scrypt with a cost of ${N}`)
  return { length, derive: (password, size) => derivation.scrypt(password, { salt, length: size, cost: { N, r, p } }) }
}

function positive(number: number): number {
  if (number === 0) throw new Asn1Fault('zero')
  return number
}

/** The bytes of a salt; tools write up to 64, and a long one would make each derivation slow. */
export function saltOf(value: Asn1 | undefined): Uint8Array {
  const salt = octetsOf(value)
  if (salt.length > 1024) throw new Asn1Fault('a salt of more than 1024 bytes')
  return salt
}
