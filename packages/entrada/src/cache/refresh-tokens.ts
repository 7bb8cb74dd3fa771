import { Generations } from './generations.ts'
import type { SecondLevel } from './second-level.ts'
import type { Subject } from './token-request.ts'
import type { TokenKey } from './token-store.ts'

/** As many as the cache holds access tokens at least. */
const capacity = 100_000

/** Entra ID's life of a refresh token that is used, in milliseconds; a store may forget it then. */
const life = 90 * 24 * 3600_000

/** Whose refresh token. One serves every tenant, and revocable tokens and the others alike. */
export interface RefreshTokenOwner {
  subject: Subject | undefined
}

/**
 * The refresh tokens of a credential, one a user: in memory, and in the store behind it if there is one.
 * A new one takes the place of the old.
 */
export class RefreshTokens<Owner extends RefreshTokenOwner> {
  /** By user; an empty one stands for one that was refused. */
  readonly #held = new Generations<string>(capacity)
  readonly #second: (SecondLevel & { refreshKeyOf(owner: Owner): TokenKey; now: () => number }) | undefined

  constructor(second: (SecondLevel & { refreshKeyOf(owner: Owner): TokenKey; now: () => number }) | undefined) {
    this.#second = second
  }

  async get(owner: Owner, signal: AbortSignal): Promise<string | undefined> {
    const held = this.#held.get(userOf(owner), '')
    const second = this.#second
    if (held !== undefined || second === undefined) return held === '' ? undefined : held
    const { readStore } = await import('./second-level.ts')
    return (await readStore(second, second.refreshKeyOf(owner), second.now(), signal))?.secret
  }

  async set(owner: Owner, refreshToken: string): Promise<void> {
    this.#held.set(userOf(owner), '', refreshToken)
    const second = this.#second
    if (second === undefined) return
    const { writeStore } = await import('./second-level.ts')
    const cachedAt = second.now()
    writeStore(second, { key: second.refreshKeyOf(owner), secret: refreshToken, cachedAt, expiresAt: cachedAt + life })
  }

  /** Forgets a token that was refused, so that it is not tried again. False where another has come meanwhile. */
  drop(owner: Owner, refused: string): boolean {
    const held = this.#held.get(userOf(owner), '')
    if (held !== undefined && held !== refused) return false
    this.#held.set(userOf(owner), '', '')
    const second = this.#second
    if (second === undefined) return true
    Promise.resolve()
      .then(() => second.store.delete(second.refreshKeyOf(owner)))
      .catch((error: unknown) => second.emit({ type: 'store-failed', operation: 'delete', error }))
    return true
  }

  clear(): void {
    this.#held.clear()
  }
}

function userOf({ subject }: RefreshTokenOwner): string {
  return subject?.id ?? ''
}
