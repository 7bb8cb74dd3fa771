import { type Algorithm, algorithmOf, known, unsupported } from './algorithm.ts'
import { type Asn1, Asn1Fault, childrenOf, integerOf, octetsOf, readAsn1, tags } from './asn1.ts'
import type { Derivation } from './derivation.ts'
import { nodeCrypto } from './node-crypto.ts'
import { passwordKey, saltOf } from './password-key.ts'
import { pkcs12Key, purposes } from './pkcs12-key.ts'
import type { PasswordBytes } from './pkcs12-password.ts'
import { decryptRc2 } from './rc2.ts'

/** A cipher in CBC mode, as Node names it; `rc2` is our own implementation. */
interface Cipher {
  name: string
  keyLength: number
  blockSize: number
}

interface CipherKey {
  cipher: Cipher
  key: Uint8Array
  iv: Uint8Array
}

const tripleDes: Cipher = { name: 'des-ede3-cbc', keyLength: 24, blockSize: 8 }

/** For PBES2 (RFC 8018, B.2). */
const ciphers: Readonly<Record<string, Cipher>> = {
  '1.2.840.113549.3.7': tripleDes,
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyLength: 16, blockSize: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyLength: 24, blockSize: 16 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyLength: 32, blockSize: 16 },
}

/** The schemes of PKCS#12 itself (RFC 7292, appendix C), without RC4. */
const pkcs12Ciphers: Readonly<Record<string, Cipher>> = {
  '1.2.840.113549.1.12.1.3': tripleDes,
  '1.2.840.113549.1.12.1.4': { name: 'des-ede-cbc', keyLength: 16, blockSize: 8 },
  '1.2.840.113549.1.12.1.5': { name: 'rc2', keyLength: 16, blockSize: 8 },
  '1.2.840.113549.1.12.1.6': { name: 'rc2', keyLength: 5, blockSize: 8 },
}

const pbes2 = '1.2.840.113549.1.5.13'

/**
 * Decrypts an ASN.1 value, trying each form of a password. Returns `undefined` if none fits; throws a
 * `CertificateFault` for an unknown algorithm, or one that would take too much work.
 */
export async function decrypt(
  algorithm: Algorithm,
  ciphertext: Uint8Array,
  { passwords, derivation }: { passwords: readonly PasswordBytes[]; derivation: Derivation },
): Promise<Asn1 | undefined> {
  const deriveKey = algorithm.oid === pbes2 ? pbes2Key(algorithm, derivation) : pkcs12CipherKey(algorithm, derivation)
  const forms = passwords.map(({ utf8, utf16 }) => (algorithm.oid === pbes2 ? utf8 : utf16))
  for (const [index, bytes] of forms.entries()) {
    // Forms that differ under one scheme may be the same under another.
    if (forms.slice(0, index).some((former) => Buffer.compare(former, bytes) === 0)) continue
    const plaintext = await decryptCbc(await deriveKey(bytes), ciphertext, derivation)
    const value = plaintext && wholeSequence(plaintext)
    if (value !== undefined) return value
  }
  return undefined
}

type DeriveKey = (password: Uint8Array) => Promise<CipherKey>

/** RFC 8018, 6.2 and A.4. */
function pbes2Key({ parameters }: Algorithm, derivation: Derivation): DeriveKey {
  const [derivationValue, cipherValue] = childrenOf(parameters)
  const { length, derive } = passwordKey(algorithmOf(derivationValue), derivation)
  const algorithm = algorithmOf(cipherValue)
  const cipher = known(ciphers, algorithm, 'the cipher')
  const iv = octetsOf(algorithm.parameters)
  if (iv.length !== cipher.blockSize || (length ?? cipher.keyLength) !== cipher.keyLength) {
    throw new Asn1Fault('not the parameters of the cipher')
  }
  return async (password) => ({ cipher, iv, key: await derive(password, cipher.keyLength) })
}

/** RFC 7292, appendix C. */
function pkcs12CipherKey(algorithm: Algorithm, derivation: Derivation): DeriveKey {
  const cipher = known(pkcs12Ciphers, algorithm, 'the encryption')
  const [saltValue, count] = childrenOf(algorithm.parameters)
  const [salt, iterations] = [saltOf(saltValue), integerOf(count)]
  const hash = { name: 'sha1', blockSize: 64 }
  return async (password) => {
    const derive = (purpose: number, length: number): Promise<Uint8Array> =>
      pkcs12Key({ purpose, password, salt, iterations, length, hash }, derivation)
    const key = await derive(purposes.encryption, cipher.keyLength)
    return { cipher, key, iv: await derive(purposes.iv, cipher.blockSize) }
  }
}

async function decryptCbc(
  { cipher, key, iv }: CipherKey,
  ciphertext: Uint8Array,
  derivation: Derivation,
): Promise<Uint8Array | undefined> {
  if (ciphertext.length === 0 || ciphertext.length % cipher.blockSize !== 0) throw new Asn1Fault('not whole blocks')
  if (cipher.name === 'rc2') return unpadded(await decryptRc2({ key, iv, ciphertext }, derivation), cipher.blockSize)
  let decipher: ReturnType<ReturnType<typeof nodeCrypto>['createDecipheriv']>
  try {
    decipher = nodeCrypto().createDecipheriv(cipher.name, key, iv).setAutoPadding(false)
  } catch (error) {
    throw unsupported(`the cipher ${cipher.name}, which this runtime does not have,`, error)
  }
  return unpadded(Buffer.concat([decipher.update(ciphertext), decipher.final()]), cipher.blockSize)
}

/** RFC 8018, 6.1.1, step 4; `undefined` if the padding is invalid. */
function unpadded(plaintext: Uint8Array, blockSize: number): Uint8Array | undefined {
  const count = plaintext.at(-1) ?? 0
  const isPadding = count > 0 && count <= blockSize && plaintext.subarray(-count).every((byte) => byte === count)
  return isPadding ? plaintext.subarray(0, -count) : undefined
}

/** The plaintext is always exactly one SEQUENCE; what a wrong key yields is not. */
function wholeSequence(plaintext: Uint8Array): Asn1 | undefined {
  try {
    const value = readAsn1(plaintext)
    return value.tag === tags.sequence && value.whole.length === plaintext.length ? value : undefined
  } catch (error) {
    if (error instanceof Asn1Fault) return undefined
    throw error
  }
}
