import { base64urlOf } from './base64url.ts'

/**
 * A digest as base64url by WebCrypto, where there is no `node:crypto`: workerd without `nodejs_compat`, say. `undefined`
 * where there is neither.
 */
export async function webDigest(
  algorithm: 'SHA-1' | 'SHA-256',
  data: Uint8Array | string,
): Promise<string | undefined> {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data)
  const digest = await globalThis.crypto?.subtle?.digest(algorithm, bytes)
  return digest && base64urlOf(new Uint8Array(digest))
}
