import type { SigningKey } from './key-set.ts'

/** A JWS (RFC 7515, 7.1), whose header and form were looked at already. */
interface SignedText {
  /** Header and payload, encoded, with the dot between. */
  readonly signed: string
  /** Encoded, and what that means. */
  readonly signature: string
  readonly signatureBytes: Uint8Array
}

/** Whether a key made the signature by RS256 (RFC 7518, 3.3). What does not verify, for whatever reason, is not signed. */
export type CheckSignature = (jws: SignedText, key: SigningKey) => boolean | Promise<boolean>
