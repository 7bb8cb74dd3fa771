/** The algorithms with which Entra ID and AD FS take a client assertion (RFC 7518, 3.3 and 3.5). */
export type SigningAlgorithm = 'PS256' | 'RS256'

/** A signature; WebCrypto gives an `ArrayBuffer`. */
type Signature = Uint8Array | ArrayBuffer

/** Signs the bytes themselves, not their digest. */
export type Sign = (signingInput: Uint8Array, algorithm: SigningAlgorithm) => Promise<Signature> | Signature

/** A certificate and the means to sign with its key. */
export interface SigningCertificate {
  /** SHA-1 and SHA-256 of the certificate, as `x5t` and `x5t#S256` have them (base64url). */
  thumbprints: { sha1: string; sha256: string }
  /** The certificate and those above it, leaf first, as `x5c` has them (base64 of DER). */
  chain: readonly string[]
  /** Milliseconds since the epoch. */
  expiresAt: number
  sign: Sign
}

/** What a certificate could not be used for; those who asked put their name before it. */
export class CertificateFault extends Error {
  override name = 'CertificateFault'
  readonly mend: string
  constructor(what: string, mend: string, cause?: unknown) {
    super(what, cause === undefined ? undefined : { cause })
    this.mend = mend
  }
}
