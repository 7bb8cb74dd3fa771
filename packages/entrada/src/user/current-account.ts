import type { Subject } from '../cache/token-request.ts'
import type { AuthenticationRecord } from './authentication-record.ts'

/** The account that is signed in to a credential, if any, until it signs out. */
export class CurrentAccount {
  #record: AuthenticationRecord | undefined
  #subject: Subject | undefined
  #signOuts = 0

  constructor(record: AuthenticationRecord | undefined) {
    if (record !== undefined) this.set(record)
  }

  get record(): AuthenticationRecord | undefined {
    return this.#record
  }

  /**
   * The account as the cache knows it, if anybody is signed in: by its home account id, under which MSAL's caches file
   * it too.
   */
  get subject(): Subject | undefined {
    return this.#subject
  }

  /** How many times an account has signed out: a request from before a sign-out must not bring the account back. */
  get signOuts(): number {
    return this.#signOuts
  }

  get isKnown(): boolean {
    return this.#record !== undefined
  }

  /** Signs the account in, and returns it as the cache knows it. */
  set(record: AuthenticationRecord): Subject {
    this.#record = Object.freeze({ ...record })
    const subject = { id: record.homeAccountId }
    this.#subject = subject
    return subject
  }

  signOut(): void {
    this.#record = undefined
    this.#subject = undefined
    this.#signOuts++
  }
}
