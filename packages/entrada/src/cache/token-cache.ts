import type { AccessToken } from '../types.ts'
import type { Wait } from './flights.ts'
import type { TokenCacheOptions } from './token-flight.ts'
import { TokenMemory } from './token-memory.ts'
import type { TokenRenewal } from './token-renewal.ts'
import type { TokenRequest } from './token-request.ts'

/**
 * The cache of one credential. A fresh token comes from the memory; everything else (a refresh, the store, a request) is
 * left to `TokenRenewal`, whose code is loaded with the first such call.
 */
export class TokenCache<Tenant extends string | undefined = string> {
  readonly #options: TokenCacheOptions<Tenant>
  readonly #memory = new TokenMemory()
  #renewal: TokenRenewal<Tenant> | undefined
  #isClosed = false

  constructor(options: TokenCacheOptions<Tenant>) {
    this.#options = options
  }

  /**
   * The hot path: a fresh token or `undefined`, without I/O, a new string or a new promise. `moment` is a reading of the
   * monotonic clock, because the wall clock may be set.
   */
  peek(group: string | undefined, item: string, enableCae: boolean, moment: number): Promise<AccessToken> | undefined {
    const slot = this.#memory.find(group, item, enableCae)
    return slot !== undefined && moment < slot.freshUntil ? slot.promise : undefined
  }

  async get(request: TokenRequest<Tenant>, wait: Wait): Promise<AccessToken> {
    const { TokenRenewal } = await import('./token-renewal.ts')
    if (this.#isClosed) {
      throw new Error(`${this.#options.name} is closed. Create a new credential, or close this one later.`)
    }
    this.#renewal ??= new TokenRenewal(this.#options, this.#memory)
    return this.#renewal.get(request, wait)
  }

  /** Drops every token from the memory. Requests under way go on. */
  forget(): void {
    this.#memory.clear()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.forget()
    await this.#renewal?.close()
  }
}
