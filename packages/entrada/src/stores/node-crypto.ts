import { builtin } from '../runtime/builtin.ts'

/** Node's cryptography, which Deno, Bun and workerd have too. Throws if it is not available. */
export function nodeCrypto(): typeof import('node:crypto') {
  const crypto = builtin('node:crypto')
  if (crypto !== undefined) return crypto
  throw new Error('An encrypted token store needs node:crypto, which this runtime does not have. Use it on a server.')
}
