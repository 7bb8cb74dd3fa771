import type { AccountIdentifiers, Emit } from '../events.ts'
import type { AccessToken, IssuedToken } from '../types.ts'
import { Flights, type Wait } from './flights.ts'
import { freshness, refreshTime } from './freshness.ts'
import type { SecondLevel } from './second-level.ts'
import { type Slot, TokenMemory } from './token-memory.ts'
import { flightKey, itemOf, type TokenRequest } from './token-request.ts'
import type { TokenKey } from './token-store.ts'
import type { Turn } from './turn.ts'

export interface TokenCacheOptions {
  /** Name of the credential, for messages. */
  name: string
  now: () => number
  /**
   * Gets a token from where tokens come from. `held` is the one that it is to replace, while that is still valid. Where it
   * finds out whom the token is for, it says so in the request's `group` and `subject`.
   */
  acquire(request: TokenRequest, signal: AbortSignal, held?: { expiresAt: number }): Promise<IssuedToken>
  emit: Emit
  /** The store behind the memory, and the key of a request in it. */
  second?: (SecondLevel & { keyOf(request: TokenRequest): TokenKey }) | undefined
  /** Reads who a token is for, for the log. */
  identify?: ((token: string) => Promise<AccountIdentifiers>) | undefined
}

/** The pause after a failed refresh, in milliseconds. */
const refreshPause = 30_000

/**
 * The cache of one credential: memory first, then the store, then one request however many callers wait. Past its
 * refresh time a token is given out at once and refreshed behind the callers; while it is valid no failure is theirs.
 */
export class TokenCache {
  readonly #options: TokenCacheOptions
  readonly #flights: Flights<Slot>
  readonly #memory = new TokenMemory()
  #flightCount = 0

  constructor(options: TokenCacheOptions) {
    this.#options = options
    this.#flights = new Flights(options.name)
  }

  /** The fresh token, or `undefined`: the hot path. No I/O, no string, no promise. */
  peek(group: string, item: string, enableCae: boolean, now: number): Promise<AccessToken> | undefined {
    const slot = this.#memory.find(group, item, enableCae)
    return slot !== undefined && now < slot.refreshAt ? slot.promise : undefined
  }

  async get(request: TokenRequest, wait: Wait): Promise<AccessToken> {
    if (this.#flights.isClosed) throw this.#flights.closedError()
    const now = this.#options.now()
    const slot = request.claims === undefined ? this.#findFor(request) : undefined
    switch (slot === undefined ? 'expired' : freshness(slot, now)) {
      case 'fresh':
        return (slot as Slot).promise
      case 'ageing':
        if (now >= (slot as Slot).retryAt) this.#refreshBehind(request, slot as Slot)
        return (slot as Slot).promise
      case 'ending':
        return now < (slot as Slot).retryAt ? (slot as Slot).promise : this.#refreshOrKeep(request, wait, slot as Slot)
      case 'expired':
        return (await this.#flights.join(flightKey(request), (signal) => this.#fly(request, signal), wait)).promise
    }
  }

  /** Drops every token that is held. Requests that are on their way go on. */
  forget(): void {
    this.#memory.clear()
  }

  async close(): Promise<void> {
    this.forget()
    await this.#flights.close()
  }

  #findFor({ group, scopes, enableCae }: TokenRequest): Slot | undefined {
    return this.#memory.find(group, itemOf(scopes), enableCae)
  }

  #refreshBehind(request: TokenRequest, slot: Slot): void {
    this.#flights.startBehind(flightKey(request), (signal) => this.#refresh(request, signal, slot))
  }

  /** In the token's last seconds the caller waits, and keeps the token if that brings nothing. */
  async #refreshOrKeep(request: TokenRequest, wait: Wait, slot: Slot): Promise<AccessToken> {
    try {
      const refresh = (signal: AbortSignal): Promise<Slot> => this.#refresh(request, signal, slot)
      return (await this.#flights.join(flightKey(request), refresh, wait)).promise
    } catch (error) {
      if ((error as Error).name === 'TimeoutError' && this.#options.now() < slot.expiresAt) return slot.promise
      throw error
    }
  }

  /** A new token, or the one that is held for as long as it is valid. */
  async #refresh(request: TokenRequest, signal: AbortSignal, slot: Slot): Promise<Slot> {
    try {
      return await this.#fly(request, signal, slot)
    } catch (error) {
      if (signal.aborted || this.#options.now() >= slot.expiresAt) throw error
      this.#postpone(request, slot, error)
      return slot
    }
  }

  /** A failed refresh is no caller's failure. The server's `Retry-After` is kept, if that is the longer pause. */
  #postpone({ scopes }: TokenRequest, slot: Slot, error: unknown): void {
    const asked = (error as { retryAfterInMs?: unknown } | undefined)?.retryAfterInMs
    const nextInMs = Math.max(refreshPause, typeof asked === 'number' ? asked : 0)
    slot.retryAt = this.#options.now() + nextInMs
    this.#options.emit({ type: 'refresh-failed', scopes, error, nextInMs })
  }

  /** Brings a token: the store's if it is good, else a new one. `held` is the token that is to be replaced. */
  async #fly(request: TokenRequest, signal: AbortSignal, held?: Slot): Promise<Slot> {
    const { now, acquire, emit, second, identify } = this.#options
    const flight = ++this.#flightCount
    const start = now()
    const told = { scopes: request.scopes, tenantId: request.tenantId }
    const turn = await this.#turn(request, signal, flight, held)
    const stored = turn?.found
    if (stored !== undefined) {
      emit({
        type: 'token-acquired',
        ...told,
        expiresOnTimestamp: stored.expiresAt,
        milliseconds: now() - start,
        source: 'store',
      })
      return stored
    }
    let written: Promise<void> | undefined
    try {
      signal.throwIfAborted()
      const issued = await acquire(request, signal, held)
      const slot = this.#keep(request, issued, refreshTime(issued, start), flight)
      // What a claims challenge has overtaken stays out of the store too.
      if (second !== undefined && this.#findFor(request) === slot) {
        const { putRecord } = await import('./second-level.ts')
        const { token: secret, refreshToken: _, ...times } = issued
        const record = { key: second.keyOf(request), secret, cachedAt: start, ...times }
        written = putRecord(second, record, request.claims === undefined ? undefined : 'replaces')
      }
      const account = identify === undefined ? {} : { account: await identify(issued.token) }
      emit({
        type: 'token-acquired',
        ...told,
        expiresOnTimestamp: issued.expiresAt,
        milliseconds: now() - start,
        source: 'network',
        ...account,
      })
      return slot
    } catch (error) {
      if (!signal.aborted) emit({ type: 'token-failed', scopes: request.scopes, error, milliseconds: now() - start })
      throw error
    } finally {
      turn?.end(written)
    }
  }

  /** What the store has, or else the turn to ask for a token where processes share it. */
  async #turn(
    request: TokenRequest,
    signal: AbortSignal,
    flight: number,
    held: Slot | undefined,
  ): Promise<Turn<Slot> | undefined> {
    const { second, now } = this.#options
    // A subject without an id is nobody yet: what comes is filed under who signs in.
    if (second === undefined || request.claims !== undefined || request.subject?.id === '') return undefined
    const { takeTurn } = await import('./turn.ts')
    const current = (): Slot | undefined => this.#findFor(request)
    const keep = (issued: IssuedToken, refreshAt: number): Slot => this.#keep(request, issued, refreshAt, flight)
    return takeTurn(second, { key: second.keyOf(request), now, signal, held, current, keep })
  }

  #keep(request: TokenRequest, issued: IssuedToken, refreshAt: number, flight: number): Slot {
    const { token, expiresAt: expiresOnTimestamp, tokenType } = issued
    const access = Object.freeze({ token, expiresOnTimestamp, refreshAfterTimestamp: refreshAt, tokenType })
    const slot = { promise: Promise.resolve(access), expiresAt: expiresOnTimestamp, refreshAt, retryAt: 0, flight }
    const { group, scopes, enableCae } = request
    const held = this.#findFor(request)
    // A flight that started before a claims challenge may not bring back the token that the challenge replaced.
    if (this.#flights.isClosed || (held !== undefined && held.flight > flight)) return slot
    this.#memory.set(group, itemOf(scopes), enableCae, slot)
    return slot
  }
}
