import { type Algorithm, algorithmOf, availableHash, known } from './algorithm.ts'
import { type Asn1, Asn1Fault, childrenOf, integerOf, octetsOf } from './asn1.ts'
import type { Derivation } from './derivation.ts'
import { nodeCrypto } from './node-crypto.ts'
import { hmacOf, passwordKey, saltOf } from './password-key.ts'
import { type Hash, pkcs12Key, purposes } from './pkcs12-key.ts'
import type { PasswordBytes } from './pkcs12-password.ts'

const hashes: Readonly<Record<string, Hash>> = {
  '1.2.840.113549.2.5': { name: 'md5', blockSize: 64 },
  '1.3.14.3.2.26': { name: 'sha1', blockSize: 64 },
  '2.16.840.1.101.3.4.2.1': { name: 'sha256', blockSize: 64 },
  '2.16.840.1.101.3.4.2.2': { name: 'sha384', blockSize: 128 },
  '2.16.840.1.101.3.4.2.3': { name: 'sha512', blockSize: 128 },
  '2.16.840.1.101.3.4.2.4': { name: 'sha224', blockSize: 64 },
  '2.16.840.1.101.3.4.2.5': { name: 'sha512-224', blockSize: 128 },
  '2.16.840.1.101.3.4.2.6': { name: 'sha512-256', blockSize: 128 },
  '2.16.840.1.101.3.4.2.7': { name: 'sha3-224', blockSize: 144 },
  '2.16.840.1.101.3.4.2.8': { name: 'sha3-256', blockSize: 136 },
  '2.16.840.1.101.3.4.2.9': { name: 'sha3-384', blockSize: 104 },
  '2.16.840.1.101.3.4.2.10': { name: 'sha3-512', blockSize: 72 },
}

const pbmac1 = '1.2.840.113549.1.5.14'

/**
 * The first form of the password with which the MAC of a PKCS#12 is right (RFC 7292, 4; RFC 9579 for PBMAC1), or
 * `undefined`. That proves both the password and the integrity of the file.
 */
export async function fittingPassword(
  macData: Asn1,
  content: Uint8Array,
  { passwords, derivation }: { passwords: readonly PasswordBytes[]; derivation: Derivation },
): Promise<PasswordBytes | undefined> {
  const [mac, salt, count] = childrenOf(macData)
  const [algorithmValue, expectedValue] = childrenOf(mac)
  const algorithm = algorithmOf(algorithmValue)
  const expected = octetsOf(expectedValue)
  const { digest, deriveKey } =
    algorithm.oid === pbmac1 ? pbmac1Key(algorithm, derivation) : pkcs12MacKey(algorithm, { salt, count }, derivation)
  const { createHmac, timingSafeEqual } = nodeCrypto()
  for (const password of passwords) {
    const actual = createHmac(digest, await deriveKey(password))
      .update(content)
      .digest()
    if (actual.length === expected.length && timingSafeEqual(actual, expected)) return password
  }
  return undefined
}

interface MacKey {
  digest: string
  deriveKey(password: PasswordBytes): Promise<Uint8Array>
}

function pkcs12MacKey(
  algorithm: Algorithm,
  { salt: saltValue, count }: { salt: Asn1 | undefined; count: Asn1 | undefined },
  derivation: Derivation,
): MacKey {
  const hash = known(hashes, algorithm, 'the MAC algorithm')
  const salt = saltOf(saltValue)
  const iterations = count === undefined ? 1 : integerOf(count)
  const length = nodeCrypto().createHash(availableHash(hash.name)).digest().length
  const deriveKey = ({ utf16: password }: PasswordBytes): Promise<Uint8Array> =>
    pkcs12Key({ purpose: purposes.mac, password, salt, iterations, length, hash }, derivation)
  return { digest: hash.name, deriveKey }
}

/** RFC 9579, 5: the key's length must be there, and a short one is refused. */
function pbmac1Key({ parameters }: Algorithm, derivation: Derivation): MacKey {
  const [derivationValue, macValue] = childrenOf(parameters)
  const { length, derive } = passwordKey(algorithmOf(derivationValue), derivation)
  const digest = hmacOf(algorithmOf(macValue), 'the MAC algorithm')
  if (length === undefined || length < 20 || length > 1024) throw new Asn1Fault('a MAC key of the wrong length')
  return { digest, deriveKey: ({ utf8 }) => derive(utf8, length) }
}
