import { type CryptoKey, flattenedVerify, importJWK } from 'jose'
import type { SigningKey } from './key-set.ts'
import type { CheckSignature } from './signed-text.ts'

/**
 * By `jose`, with the Web Cryptography API. A module of its own, for it is loaded where Node's `crypto.verify` is not to be
 * had: `jose` is ES modules alone, which Jest, as it is without a configuration, does not take.
 */
export function createJoseCheck(): CheckSignature {
  const keys = new WeakMap<SigningKey, Promise<CryptoKey>>()

  function cryptoKey(key: SigningKey): Promise<CryptoKey> {
    const known = keys.get(key)
    if (known !== undefined) return known
    const imported = importJWK({ kty: 'RSA', n: key.n, e: key.e }, 'RS256') as Promise<CryptoKey>
    keys.set(key, imported)
    return imported
  }

  return async ({ signed, signature }, key) => {
    try {
      const dot = signed.indexOf('.')
      const parts = { protected: signed.slice(0, dot), payload: signed.slice(dot + 1), signature }
      await flattenedVerify(parts, await cryptoKey(key), { algorithms: ['RS256'] })
      return true
    } catch {
      return false
    }
  }
}
