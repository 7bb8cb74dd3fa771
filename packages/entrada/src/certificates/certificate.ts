/** The algorithms that Entra ID and AD FS accept for a client assertion (RFC 7518, 3.3 and 3.5). */
export type SigningAlgorithm = 'PS256' | 'RS256'

/** A signature; WebCrypto returns an `ArrayBuffer`. */
type Signature = Uint8Array | ArrayBuffer

/** Signs the bytes themselves, not their digest. */
export type Sign = (signingInput: Uint8Array, algorithm: SigningAlgorithm) => Promise<Signature> | Signature

/** A certificate and the means to sign with its key. */
export interface SigningCertificate {
  /** SHA-1 and SHA-256 of the certificate, in the form of `x5t` and `x5t#S256` (base64url). */
  thumbprints: { sha1: string; sha256: string }
  /** The certificate and its issuers, leaf first, in the form of `x5c` (base64 of DER). */
  chain: readonly string[]
  /** Its public key (base64 of DER, SubjectPublicKeyInfo): a renewed certificate with the same key keeps it. */
  publicKey: string
  /** Milliseconds since the epoch. */
  expiresAt: number
  sign: Sign
}

/** Why a certificate could not be used. Whoever catches it puts their name before the message. */
export class CertificateFault extends Error {
  override name = 'CertificateFault'
  readonly remedy: string
  /** Which of the two things that go together does not fit, for a diagnosis. */
  readonly kind: 'password' | 'key' | undefined
  constructor(what: string, remedy: string, cause?: unknown, kind?: CertificateFault['kind']) {
    super(what, cause === undefined ? undefined : { cause })
    this.remedy = remedy
    this.kind = kind
  }
}
