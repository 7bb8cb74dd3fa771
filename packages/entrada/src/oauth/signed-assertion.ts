import { base64url } from 'jose'

/** The life of an assertion, in seconds: one request's, with room for clocks that differ. */
const life = 600

/** Who asserts, and with what. The certificate's side is structural: this folder knows no files and no PEM. */
export interface AssertionSigner {
  thumbprints: { sha1: string; sha256: string }
  chain: readonly string[]
  sign(signingInput: Uint8Array, algorithm: 'PS256' | 'RS256'): Promise<Uint8Array> | Uint8Array
}

export interface AssertionClaims {
  clientId: string
  /** The token URL of the tenant that is asked. */
  audience: string
  /** Milliseconds since the epoch. */
  now: number
  /** Unique: an assertion is used once. */
  id: string
  /** AD FS takes RS256 with the SHA-1 thumbprint; Entra ID, PS256 with the SHA-256 one. */
  isAdfs: boolean
  /** Sends the chain along, for apps that trust a subject name and issuer. */
  sendsChain: boolean
}

/**
 * A client assertion signed with a certificate's key (RFC 7523; Microsoft identity platform, "certificate credentials").
 * The signing input goes to the signer as it is, so that keys in an HSM or a vault can sign it.
 */
export async function signedAssertion(signer: AssertionSigner, claims: AssertionClaims): Promise<string> {
  const algorithm = claims.isAdfs ? 'RS256' : 'PS256'
  const issuedAt = Math.floor(claims.now / 1000)
  const header = {
    alg: algorithm,
    typ: 'JWT',
    ...(claims.isAdfs ? { x5t: signer.thumbprints.sha1 } : { 'x5t#S256': signer.thumbprints.sha256 }),
    ...(claims.sendsChain ? { x5c: signer.chain } : {}),
  }
  const payload = {
    aud: claims.audience,
    iss: claims.clientId,
    sub: claims.clientId,
    jti: claims.id,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + life,
  }
  const signingInput = `${part(header)}.${part(payload)}`
  const signature = await signer.sign(new TextEncoder().encode(signingInput), algorithm)
  return `${signingInput}.${base64url.encode(signature)}`
}

function part(value: object): string {
  return base64url.encode(JSON.stringify(value))
}
