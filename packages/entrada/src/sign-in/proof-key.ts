import { base64urlOf } from '../oauth/base64url.ts'
import { randomValue } from './random-value.ts'

/** A verifier, which stays here until the code is redeemed, and its challenge (PKCE, RFC 7636, method S256). */
export interface ProofKey {
  verifier: string
  challenge: string
}

export async function makeProofKey(): Promise<ProofKey> {
  const verifier = randomValue()
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return { verifier, challenge: base64urlOf(new Uint8Array(digest)) }
}
