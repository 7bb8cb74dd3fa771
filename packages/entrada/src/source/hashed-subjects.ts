import type { Subject } from '../cache/token-request.ts'
import { CredentialUnavailableError } from '../errors.ts'
import { builtin } from '../runtime/builtin.ts'

/** `crypto.hash`, which newer versions of Node have: faster than creating an object for each digest. */
type OneShotHash = (algorithm: string, data: string, encoding: 'base64url') => string

/**
 * Makes the subject of a cached token from the secret that stands for a user (an assertion, an authorization code): its
 * id is the secret's SHA-256. The last subject is kept, because most callers ask for the same user twice in a row.
 */
export class HashedSubjects {
  readonly #name: string
  #last: Subject | undefined

  constructor(name: string) {
    this.#name = name
  }

  /** The subject, if it is available synchronously: it was the last one, or the runtime can hash synchronously. */
  known(secret: string): Subject | undefined {
    if (this.#last?.secret === secret) return this.#last
    return builtin('node:crypto') === undefined ? undefined : (this.of(secret) as Subject)
  }

  /** The subject; a promise if the runtime has only WebCrypto to hash with. */
  of(secret: string): Subject | Promise<Subject> {
    const last = this.#last
    if (last !== undefined && last.secret === secret) return last
    const crypto = builtin('node:crypto') as (typeof import('node:crypto') & { hash?: OneShotHash }) | undefined
    if (crypto === undefined) return this.#later(secret)
    const id =
      crypto.hash?.('sha256', secret, 'base64url') ?? crypto.createHash('sha256').update(secret).digest('base64url')
    return this.#keep({ id, secret })
  }

  async #later(secret: string): Promise<Subject> {
    const { webDigest } = await import('../runtime/web-digest.ts')
    const id = await webDigest('SHA-256', secret)
    if (id !== undefined) return this.#keep({ id, secret })
    const reason = 'it needs node:crypto or WebCrypto, and this runtime has neither.'
    throw new CredentialUnavailableError({ who: this.#name, reason, remedy: 'Use it on a server.' })
  }

  /** Lets go of the last secret. */
  forget(): void {
    this.#last = undefined
  }

  #keep(subject: Subject): Subject {
    this.#last = subject
    return subject
  }
}
