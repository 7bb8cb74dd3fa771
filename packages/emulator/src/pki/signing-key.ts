import { createHash, createPublicKey, type KeyObject, webcrypto } from 'node:crypto'
import { signCertificate } from './certificate.ts'

/** The key that signs tokens, as Entra ID publishes its own: RS256, named by its certificate's SHA-1 thumbprint. */
export interface SigningKey {
  /** Both the header `kid` and `x5t` of the tokens. */
  kid: string
  publicKey: KeyObject
  /** The public half, ready for a key set (RFC 7517). */
  jwk: PublicSigningKey
  /** A JWT of these claims, signed with RS256. */
  sign(claims: Record<string, unknown>): Promise<string>
}

interface PublicSigningKey {
  kty: 'RSA'
  use: 'sig'
  kid: string
  x5t: string
  n: string
  e: string
  x5c: [string]
}

const RS256 = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
}

/** Makes an RSA key of 2048 bits and its self-signed certificate. Takes 50 to 300 ms, off the main thread. */
export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await webcrypto.subtle.generateKey(RS256, false, ['sign', 'verify'])
  const { der } = await signCertificate({
    commonName: 'entrada emulator test signing key – do not trust',
    publicKey,
    issuer: { key: privateKey },
    purpose: 'tokens',
  })
  const kid = createHash('sha1').update(der).digest('base64url')
  const { n = '', e = '' } = await webcrypto.subtle.exportKey('jwk', publicKey)
  const jwk: PublicSigningKey = { kty: 'RSA', use: 'sig', kid, x5t: kid, n, e, x5c: [der.toString('base64')] }
  return {
    kid,
    jwk,
    publicKey: createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' }),
    // `jose` is loaded with the first token.
    sign: async (claims) => {
      const { SignJWT } = await import('jose')
      return new SignJWT(claims).setProtectedHeader({ typ: 'JWT', alg: 'RS256', x5t: kid, kid }).sign(privateKey)
    },
  }
}
