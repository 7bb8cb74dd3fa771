import type { Subject } from '../cache/token-request.ts'
import type { AuthenticationRecord } from './authentication-record.ts'

/** Stands for whoever will sign in. No token is ever kept under it. */
const nobody: Subject = /* @__PURE__ */ Object.freeze({ id: '', secret: '' })

/** Who is signed in to a credential: nobody, or one account until it signs out. */
export class CurrentAccount {
  #record: AuthenticationRecord | undefined
  #subject = nobody
  #turn = 0

  constructor(record: AuthenticationRecord | undefined) {
    if (record !== undefined) this.set(record)
  }

  get record(): AuthenticationRecord | undefined {
    return this.#record
  }

  /** The account as the cache knows it: by its home account id, which MSAL's caches file it under too. */
  get subject(): Subject {
    return this.#subject
  }

  /** Another number after each sign-out: what was asked before must not bring the account back. */
  get turn(): number {
    return this.#turn
  }

  get isKnown(): boolean {
    return this.#record !== undefined
  }

  set(record: AuthenticationRecord): void {
    this.#record = Object.freeze({ ...record })
    this.#subject = { id: record.homeAccountId, secret: '' }
  }

  signOut(): void {
    this.#record = undefined
    this.#subject = nobody
    this.#turn++
  }
}
