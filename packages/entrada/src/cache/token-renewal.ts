import { followTrace } from '../runtime/trace.ts'
import type { AccessToken } from '../types.ts'
import { itemOf } from './call-map.ts'
import { type NotedClocks, notedClocks } from './clock-settings.ts'
import { Flights, type Wait } from './flights.ts'
import { freshness, latestTime, timeLeft } from './freshness.ts'
import { MemoryCounts } from './token-counts.ts'
import { fly, type TokenCacheOptions } from './token-flight.ts'
import type { Slot, TokenMemory } from './token-memory.ts'
import type { TokenRequest } from './token-request.ts'

/** In the last moment before a token expires, in milliseconds, callers who can wait for the next one are not given it. */
const lastMomentMs = 2000

/**
 * Answers the calls for which there is no fresh token. Past its refresh time a token is returned at once and refreshed in
 * the background; for an expired one there is one request, however many callers wait. While a token is valid, callers see
 * no failure.
 */
export class TokenRenewal<Tenant extends string | undefined = string> {
  readonly #options: TokenCacheOptions<Tenant> & NotedClocks
  readonly #memory: TokenMemory
  readonly #flights: Flights<Slot>
  readonly #counts: MemoryCounts
  #flightCount = 0

  constructor(options: TokenCacheOptions<Tenant>, memory: TokenMemory) {
    this.#options = { ...options, ...notedClocks(options) }
    this.#memory = memory
    this.#flights = new Flights(options.name)
    this.#counts = new MemoryCounts(memory, options)
  }

  async get(request: TokenRequest<Tenant>, wait: Wait): Promise<AccessToken> {
    const { group, scopes, enableCae, claims } = request
    const item = itemOf(scopes)
    // Claims are part of the key: a challenge must not be answered by a request that started without it.
    const key = JSON.stringify([group, item, enableCae, claims ?? null])
    const flights = this.#flights
    const counts = this.#counts
    const start = (signal: AbortSignal, held?: Slot): Promise<Slot> => {
      const number = ++this.#flightCount
      if (held === undefined) followTrace(signal, wait.trace)
      return fly(this.#options, { request, item, key, signal, held, number, memory: this.#memory, counts, flights })
    }
    const join = async (until: Wait): Promise<AccessToken> => (await flights.join(key, start, until)).token
    const slot = claims === undefined ? this.#memory.find(group, item, enableCae) : undefined
    const state = slot === undefined ? 'expired' : freshness(slot, latestTime(slot, this.#options))
    if (slot === undefined || state === 'expired') return join(wait)
    if (state === 'fresh' || this.#options.monotonic() < slot.retryAt) return slot.promise
    flights.startBehind(key, (signal) => start(signal, slot))
    return state === 'ending' ? this.#nextOrHeld(slot, wait, join) : slot.promise
  }

  /** Rejects all waiting callers, aborts the work, and resolves when it has ended. */
  close(): Promise<void> {
    this.#counts.close()
    return this.#flights.close()
  }

  /**
   * In a token's last seconds the caller waits for the next one, as long as the held one can still be used after the wait.
   * Callers who come later wait as if there were none. `join` waits for the flight.
   */
  async #nextOrHeld(slot: Slot, wait: Wait, join: (wait: Wait) => Promise<AccessToken>): Promise<AccessToken> {
    const { timeoutMs = Number.POSITIVE_INFINITY } = wait
    const usable = timeLeft(slot, this.#options) - lastMomentMs
    const isCut = usable > 0 && usable < timeoutMs
    try {
      return await join(isCut ? { ...wait, timeoutMs: usable } : wait)
    } catch (error) {
      if ((error as Error).name !== 'TimeoutError') throw error
      if (timeLeft(slot, this.#options) > 0) return slot.promise
      if (!isCut) throw error
      return join({ ...wait, timeoutMs: timeoutMs - usable })
    }
  }
}
