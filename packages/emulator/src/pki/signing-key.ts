import { createHash, createPublicKey, type KeyObject, webcrypto } from 'node:crypto'
import { signCertificate } from './certificate.ts'

/** The key that signs tokens, as Entra ID publishes its own: RS256, named by its certificate's SHA-1 thumbprint. */
export interface SigningKey {
  /** Both the header `kid` and `x5t` of the tokens. */
  kid: string
  publicKey: KeyObject
  /** The public key, ready for a key set (RFC 7517). */
  jwk: PublicSigningKey
  /** A JWT with these claims, signed with RS256. By default, its header has the key id both as `kid` and as `x5t`. */
  sign(claims: Record<string, unknown>, names?: KeyNames): Promise<string>
  /** The key in the form that `loadSigningKey` reads. */
  save(): Promise<SavedSigningKey>
}

/** The fields of a token's header that identify the key. */
export interface KeyNames {
  kid: string
  x5t?: string
}

/** A signing key as text: the key as PKCS#8 and its certificate, both DER in base64. */
export interface SavedSigningKey {
  privateKey: string
  certificate: string
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

const rs256 = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
}

/** Generates an RSA key of 2048 bits and its self-signed certificate. Takes 50 to 300 ms, off the main thread. */
export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await webcrypto.subtle.generateKey(rs256, true, ['sign', 'verify'])
  const { der } = await signCertificate({
    commonName: 'entrada emulator test signing key – do not trust',
    publicKey,
    issuer: { key: privateKey },
    purpose: 'tokens',
  })
  return signingKey(privateKey, der)
}

/** Restores the key that `save` was called on. */
export async function loadSigningKey({ privateKey, certificate }: SavedSigningKey): Promise<SigningKey> {
  const pkcs8 = Buffer.from(privateKey, 'base64')
  const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, rs256, true, ['sign'])
  return signingKey(key, Buffer.from(certificate, 'base64'))
}

async function signingKey(privateKey: webcrypto.CryptoKey, der: Buffer): Promise<SigningKey> {
  const kid = createHash('sha1').update(der).digest('base64url')
  const { n = '', e = '' } = await webcrypto.subtle.exportKey('jwk', privateKey)
  const jwk: PublicSigningKey = { kty: 'RSA', use: 'sig', kid, x5t: kid, n, e, x5c: [der.toString('base64')] }
  return {
    kid,
    jwk,
    publicKey: createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' }),
    sign: async (claims, names = { x5t: kid, kid }) => {
      const signed = [{ typ: 'JWT', alg: 'RS256', ...names }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
      const signature = await webcrypto.subtle.sign(rs256, privateKey, Buffer.from(signed))
      return `${signed}.${Buffer.from(signature).toString('base64url')}`
    },
    save: async () => ({
      privateKey: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey)).toString('base64'),
      certificate: der.toString('base64'),
    }),
  }
}
