import type { Subject } from '../cache/token-request.ts'
import { CredentialUnavailableError } from '../errors.ts'
import { builtin } from '../runtime/builtin.ts'

/** `crypto.hash` of newer Node, which is quicker than an object a digest. */
type QuickHash = (algorithm: string, data: string, encoding: 'base64url') => string

/**
 * Whom a secret stands for, under its SHA-256: a user's assertion, a code. The last one is remembered, because
 * most callers ask twice for the same user.
 */
export class Subjects {
  readonly #name: string
  #last: Subject | undefined

  constructor(name: string) {
    this.#name = name
  }

  of(secret: string): Subject {
    const last = this.#last
    if (last !== undefined && last.secret === secret) return last
    const subject = { id: this.#hash(secret), secret }
    this.#last = subject
    return subject
  }

  #hash(secret: string): string {
    const crypto = builtin('node:crypto') as (typeof import('node:crypto') & { hash?: QuickHash }) | undefined
    if (crypto === undefined) {
      const mend = 'Use it on a server.'
      throw new CredentialUnavailableError(`${this.#name} needs node:crypto, which this runtime has not. ${mend}`, {
        mend,
      })
    }
    return (
      crypto.hash?.('sha256', secret, 'base64url') ?? crypto.createHash('sha256').update(secret).digest('base64url')
    )
  }
}
