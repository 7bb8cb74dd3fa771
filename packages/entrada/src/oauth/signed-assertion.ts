import { base64urlOf } from '../runtime/base64url.ts'

/** How long an assertion is valid, in seconds: long enough for one request, with a margin for differing clocks. */
const life = 600

/**
 * Who signs the assertion, and with what. The certificate is described structurally here, because this folder knows
 * nothing of files and PEM.
 */
export interface AssertionSigner {
  thumbprints: { sha1: string; sha256: string }
  chain: readonly string[]
  sign(signingInput: Uint8Array, algorithm: 'PS256' | 'RS256'): Promise<Uint8Array> | Uint8Array
}

export interface AssertionClaims {
  clientId: string
  /** The token URL of the tenant. */
  audience: string
  /** Milliseconds since the epoch. */
  now: number
  /** Unique, because an assertion is used only once. */
  id: string
  /** AD FS wants RS256 with the SHA-1 thumbprint; Entra ID wants PS256 with the SHA-256 one. */
  isAdfs: boolean
  /** Sends the chain along, for apps that trust a certificate by subject name and issuer. */
  sendsChain: boolean
}

/**
 * A client assertion signed with a certificate's key (RFC 7523; Microsoft identity platform, "certificate
 * credentials"). The signer gets the signing input unhashed, so that keys in an HSM or a vault can be used.
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
  return `${signingInput}.${base64urlOf(signature)}`
}

function part(value: object): string {
  return base64urlOf(JSON.stringify(value))
}
