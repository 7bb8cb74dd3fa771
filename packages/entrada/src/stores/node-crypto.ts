import { builtin } from '../runtime/builtin.ts'

/** Node's cryptography, which Deno, Bun and workerd have too. Throws where there is none. */
export function nodeCrypto(): typeof import('node:crypto') {
  const crypto = builtin('node:crypto')
  if (crypto !== undefined) return crypto
  throw new Error('An encrypted token store needs node:crypto, which this runtime has not. Use it on a server.')
}
