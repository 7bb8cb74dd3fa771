import { base64urlOf } from '../runtime/base64url.ts'

/** 256 random bits as base64url: 43 characters that need no escaping in a URL. */
export function randomValue(): string {
  return base64urlOf(crypto.getRandomValues(new Uint8Array(32)))
}

/** A verifier, which is kept here until the code is redeemed, and its challenge (PKCE, RFC 7636, method S256). */
export interface ProofKey {
  verifier: string
  challenge: string
}

export async function makeProofKey(): Promise<ProofKey> {
  const verifier = randomValue()
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return { verifier, challenge: base64urlOf(new Uint8Array(digest)) }
}
