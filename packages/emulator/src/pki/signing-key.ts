import { createHash, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { commonName, signCertificate } from './certificate.ts'

/** The key that signs tokens, as Entra ID publishes its own: RS256, named by its certificate's SHA-1 thumbprint. */
export interface SigningKey {
  privateKey: KeyObject
  /** Both the header `kid` and `x5t` of the tokens. */
  kid: string
  /** The public half, ready for a key set (RFC 7517). */
  jwk: PublicSigningKey
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

const generate = promisify(generateKeyPair)

/** Makes an RSA key of 2048 bits and its self-signed certificate. Takes 50 to 300 ms, off the main thread. */
export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generate('rsa', { modulusLength: 2048 })
  const name = commonName('entrada emulator test signing key – do not trust')
  const certificate = signCertificate({
    subject: name,
    issuer: name,
    publicKey,
    issuerKey: privateKey,
    issuerPublicKey: publicKey,
    extensions: [],
  })
  const kid = createHash('sha1').update(certificate).digest('base64url')
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  const jwk: PublicSigningKey = { kty: 'RSA', use: 'sig', kid, x5t: kid, n, e, x5c: [certificate.toString('base64')] }
  return { privateKey, kid, jwk }
}
