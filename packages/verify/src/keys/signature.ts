import type { KeyObject } from 'node:crypto'
import { nodeCrypto } from '../token/node-crypto.ts'
import type { SigningKey } from './key-set.ts'
import type { CheckSignature } from './signed-text.ts'

/**
 * By Node's `crypto.verify` where there is one, in less than half of the processor time that `jose` takes, which has the Web
 * Cryptography API alone, and that hands the work to another thread (docs/decisions/0021). Elsewhere by `jose`.
 */
export function createSignatureCheck(): CheckSignature {
  const byJose = whenLoaded(async () => (await import('./jose-signature.ts')).createJoseCheck())
  const node = nodeCrypto()
  if (typeof node?.verify !== 'function') return byJose
  const keys = new WeakMap<SigningKey, KeyObject>()

  function keyObject(key: SigningKey, { createPublicKey }: Pick<typeof import('node:crypto'), 'createPublicKey'>) {
    const known = keys.get(key)
    if (known !== undefined) return known
    const made = createPublicKey({ key: { kty: 'RSA', n: key.n, e: key.e }, format: 'jwk' })
    keys.set(key, made)
    return made
  }

  return (jws, key) => {
    try {
      // ASCII, which is copied faster as Latin-1.
      return node.verify('sha256', Buffer.from(jws.signed, 'latin1'), keyObject(key, node), jws.signatureBytes)
    } catch {
      // A runtime that has the function by name alone.
      return byJose(jws, key)
    }
  }
}

/** Loads a check with the first call that needs it; what fails to load is tried again with the next. */
function whenLoaded(load: () => Promise<CheckSignature>): CheckSignature {
  let check: CheckSignature | undefined
  return async (jws, key) => {
    check ??= await load()
    return check(jws, key)
  }
}
