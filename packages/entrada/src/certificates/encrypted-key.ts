import { algorithmOf } from './algorithm.ts'
import { type Asn1, Asn1Fault, childrenOf, octetsOf, readAsn1 } from './asn1.ts'
import { CertificateFault } from './certificate.ts'
import { decrypt } from './decrypt.ts'
import { Derivation } from './derivation.ts'
import { type PasswordBytes, passwordForms } from './pkcs12-password.ts'

/**
 * The PrivateKeyInfo in an EncryptedPrivateKeyInfo (RFC 5208, 6), as DER; `undefined` if no form of the password fits.
 * Node's `createPrivateKey` could do it, but it blocks the event loop while it derives the key.
 */
export async function decryptKey(
  value: Asn1,
  opening: { passwords: readonly PasswordBytes[]; derivation: Derivation },
): Promise<Uint8Array | undefined> {
  const [algorithm, ciphertext] = childrenOf(value)
  const key = await decrypt(algorithmOf(algorithm), octetsOf(ciphertext), opening)
  return key?.whole
}

/** Decrypts the keys of one file with one password, each as `decryptKey` does. */
export function keyDecrypter(
  password: string,
  signal: AbortSignal,
): (bytes: Uint8Array) => Promise<Uint8Array | undefined> {
  const opening = { passwords: passwordForms(password), derivation: new Derivation(signal) }
  return async (bytes) => {
    try {
      return await decryptKey(readAsn1(bytes), opening)
    } catch (error) {
      if (!(error instanceof Asn1Fault)) throw error
      throw new CertificateFault(`the private key is damaged (${error.message})`, 'Export it again.')
    }
  }
}
