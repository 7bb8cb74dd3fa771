import { BoundedMap } from './bounded-map.ts'
import type { StoreAccess } from './store-access.ts'
import type { Subject } from './token-request.ts'
import type { TokenKey } from './token-store.ts'

/** As many as the access tokens that the cache is sure to hold. */
const capacity = 100_000

/** Whose refresh token it is. One serves every tenant, with Continuous Access Evaluation or without. */
export interface RefreshTokenOwner {
  subject: Subject
}

/** A refresh token in memory, or a note that it was refused: the store may still have it. */
type Held = { token: string } | 'refused'

/**
 * The refresh tokens of a credential, one for each user: in memory, and in the store if there is one. A new one replaces
 * the old.
 */
export class RefreshTokens<Owner extends RefreshTokenOwner> {
  /** By user. */
  readonly #held = new BoundedMap<Held>(capacity)
  readonly #second: (StoreAccess & { refreshKeyOf(owner: Owner): TokenKey; now: () => number }) | undefined

  constructor(second: (StoreAccess & { refreshKeyOf(owner: Owner): TokenKey; now: () => number }) | undefined) {
    this.#second = second
  }

  async get(owner: Owner, signal: AbortSignal): Promise<string | undefined> {
    const held = this.#held.get(owner.subject.id, '')
    if (held !== undefined) return held === 'refused' ? undefined : held.token
    const second = this.#second
    if (second === undefined) return undefined
    const { readStore } = await import('./store-access.ts')
    return (await readStore(second, second.refreshKeyOf(owner), second.now(), signal))?.secret
  }

  async set(owner: Owner, refreshToken: string): Promise<void> {
    this.#held.set(owner.subject.id, '', { token: refreshToken })
    const second = this.#second
    if (second === undefined) return
    const { writeLasting } = await import('./store-access.ts')
    void writeLasting(second, { key: second.refreshKeyOf(owner), secret: refreshToken }, second.now())
  }

  /** Forgets a token that was refused, so that it is not tried again. False if a new one has arrived meanwhile. */
  drop(owner: Owner, refused: string): boolean {
    const held = this.#held.get(owner.subject.id, '')
    if (held !== undefined && held !== 'refused' && held.token !== refused) return false
    this.#held.set(owner.subject.id, '', 'refused')
    const second = this.#second
    if (second === undefined) return true
    void import('./store-access.ts').then(({ dropRecord }) => dropRecord(second, second.refreshKeyOf(owner)))
    return true
  }

  clear(): void {
    this.#held.clear()
  }
}
