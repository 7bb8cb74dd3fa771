import type { SigningKey } from './keys/key-set.ts'
import type { TokenClaims } from './rules/token-claims.ts'

/** A token that was verified: what it says, and the key that vouches for it. */
export interface SeenToken {
  readonly claims: TokenClaims
  readonly key: SigningKey
  /** Whether it came again since its last turn to be dropped. */
  cameAgain: boolean
}

/**
 * The tokens that were verified, by their SHA-256: never the tokens themselves. Holds `most` of them; one that keeps coming
 * stays.
 */
export class SeenTokens {
  readonly #tokens = new Map<string, SeenToken>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  /** What was verified and still holds at `now`, in milliseconds. */
  find(hash: string, now: number): TokenClaims | undefined {
    const seen = this.#tokens.get(hash)
    if (seen === undefined) return undefined
    if (now >= seen.claims.expiresAt || seen.key.isWithdrawn) {
      this.#tokens.delete(hash)
      return undefined
    }
    seen.cameAgain = true
    return seen.claims
  }

  add(hash: string, claims: TokenClaims, key: SigningKey): void {
    while (this.#tokens.size >= this.#most) this.#dropOne()
    this.#tokens.set(hash, { claims, key, cameAgain: false })
  }

  /** The oldest goes, unless it came again: then its next turn is after all others. */
  #dropOne(): void {
    for (const [hash, seen] of this.#tokens) {
      this.#tokens.delete(hash)
      if (!seen.cameAgain) return
      seen.cameAgain = false
      this.#tokens.set(hash, seen)
    }
  }
}
