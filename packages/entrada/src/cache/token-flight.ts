import type { AuthenticationError } from '../errors.ts'
import type { AccountIdentifiers, Emit, FailureFacts } from '../events.ts'
import { madeOurs } from '../runtime/foreign-error.ts'
import { inChildSpan } from '../runtime/trace.ts'
import type { IssuedToken } from '../types.ts'
import type { NotedClocks } from './clock-settings.ts'
import type { Expected } from './expected-identity.ts'
import type { FoundOrLeased } from './find-or-lease.ts'
import type { Flights } from './flights.ts'
import { type Clocks, clockGap, refreshPause, refreshTime, timeLeft } from './freshness.ts'
import { find, keep, type TokenPlace } from './keep-token.ts'
import type { StoreAccess } from './store-access.ts'
import type { Slot } from './token-memory.ts'
import type { TokenOwner, TokenRequest } from './token-request.ts'
import type { TokenKey } from './token-store.ts'

/** A token, and whom it is for if the request did not know. */
export interface AcquiredToken extends IssuedToken {
  owner?: TokenOwner
  /** For events: where it came from, if not from the network, and whose regional endpoint gave it. */
  source?: 'tool'
  region?: string | undefined
}

/** The key of a request's record. Finding it may take work, which the signal ends. */
export type KeyOf<Tenant extends string | undefined> = (
  request: TokenRequest<Tenant>,
  signal: AbortSignal,
) => TokenKey | undefined | Promise<TokenKey | undefined>

export interface TokenCacheOptions<Tenant extends string | undefined = string> {
  /** Name of the credential, for messages. */
  name: string
  now(): number
  monotonic(): number
  /** Acquires a token from its source. `held` is the one to replace, while that is still valid. */
  acquire(request: TokenRequest<Tenant>, signal: AbortSignal, held?: { expiresAt: number }): Promise<AcquiredToken>
  emit: Emit
  /** The store behind the memory, and the key of a request in it: none if it is not known whose record it would be. */
  second?: (StoreAccess & { keyOf: KeyOf<Tenant> }) | undefined
  /** Whom tokens must be for: nothing of any other token is kept. */
  expect?: Expected | undefined
  /** Reads for the log whom a token is for. */
  identify?: ((token: string) => Promise<AccountIdentifiers>) | undefined
}

/** One flight for a token: what it should bring, and where that belongs. */
export interface TokenFlight<Tenant extends string | undefined> extends TokenPlace {
  request: TokenRequest<Tenant>
  /** Distinguishes it from other flights. */
  key: string
  signal: AbortSignal
  /** The token to replace, while that is valid. */
  held: Slot | undefined
  flights: Pick<Flights<Slot>, 'isClosed' | 'isAwaited'>
}

/**
 * Brings a token into the memory. While the held token is valid, callers see no failure: they keep it, or get what another
 * flight has brought meanwhile. They get an error only if the attempt began when there was no valid token.
 */
export async function fly<Tenant extends string | undefined>(
  options: TokenCacheOptions<Tenant> & NotedClocks,
  flight: TokenFlight<Tenant>,
): Promise<Slot> {
  const { request, key, signal, held, flights } = flight
  for (;;) {
    const isEarly = held !== undefined && timeLeft(held, options) > 0
    try {
      return await bringToken(options, flight)
    } catch (error) {
      if (signal.aborted) throw error
      const current = request.claims === undefined ? find(flight, request) : undefined
      if (current !== undefined && timeLeft(current, options) > 0) {
        if (current === held) postpone(options, request, { slot: held, error })
        return current
      }
      // If nobody waits, nobody needs another attempt: the next caller makes it.
      if (!isEarly || !flights.isAwaited(key)) throw error
    }
  }
}

/** Brings a token: the store's if it is good, else a new one, which is written to the store too. */
async function bringToken<Tenant extends string | undefined>(
  options: TokenCacheOptions<Tenant> & NotedClocks,
  flight: TokenFlight<Tenant>,
): Promise<Slot> {
  const { now, monotonic, acquire, emit, identify } = options
  const { request, signal, held } = flight
  const { scopes, tenantId } = request
  const start = { time: now(), moment: monotonic() }
  const milliseconds = (): number => monotonic() - start.moment
  const reason = request.claims !== undefined ? 'claims' : held !== undefined ? 'refresh' : 'none-held'
  const told = { type: 'token-acquired', scopes, reason, ...(tenantId === undefined ? {} : { tenantId }) } as const
  const life = (expiresAt: number) => ({ expiresOnTimestamp: expiresAt, remainingLifeInMs: expiresAt - now() })
  let turn: FoundOrLeased<Slot> | undefined
  let written: Promise<void> | undefined
  try {
    const check = await checkOf(options)
    turn = await takeTurnFor(options, flight, check)
    if (turn?.found !== undefined) {
      emit({ ...told, ...life(turn.found.expiresAt), milliseconds: milliseconds(), source: 'store' })
      return turn.found
    }
    signal.throwIfAborted()
    const acquired = await acquire(request, signal, held)
    const {
      owner,
      issuedAt = start.time,
      issuedMoment = start.moment,
      source = 'network',
      region,
      ...issued
    } = acquired
    check?.(issued.token)
    const owned = { ...request, ...owner }
    // The token's end was worked out from the clock as it was when the request was sent. If that was set since, the reading
    // that ends the token sooner counts.
    const gap = Math.max(issuedAt - issuedMoment, clockGap(options))
    const refreshAt = refreshTime(issued, issuedAt)
    const slot = keep(options, flight, owned, issued, { refreshAt, clockGap: gap, askedAt: issuedMoment })
    // A token that a claims challenge has overtaken stays out of the store too.
    if (options.second !== undefined && find(flight, owned) === slot)
      written = (await startWriting(options, { ...flight, request: owned }, issued, issuedAt))?.written
    const account = identify === undefined ? {} : { account: await identify(issued.token) }
    const place = region === undefined ? {} : { region }
    emit({ ...told, ...life(issued.expiresAt), milliseconds: milliseconds(), source, ...place, ...account })
    return slot
  } catch (error) {
    if (!signal.aborted) {
      emit({ type: 'token-failed', scopes, reason, ...factsOf(madeOurs(error)), milliseconds: milliseconds() })
    }
    throw error
  } finally {
    turn?.end(written)
  }
}

/** What events tell of an error. */
function factsOf(error: unknown): FailureFacts {
  const { statusCode, errorResponse } = (error ?? {}) as Partial<AuthenticationError>
  const aadsts = errorResponse?.errorCodes?.[0]
  return {
    error,
    ...(aadsts === undefined ? {} : { aadsts }),
    ...(typeof statusCode === 'number' && statusCode > 0 ? { statusCode } : {}),
  }
}

/** What throws for a token of anybody else than is expected. */
async function checkOf({
  expect,
  name,
}: Pick<TokenCacheOptions<string>, 'expect' | 'name'>): Promise<((token: string) => void) | undefined> {
  return expect && (await import('./expected-identity.ts')).expecting(expect, name)
}

/** No caller sees a failed refresh: the held token stays in use, and is refreshed after a pause. */
function postpone(
  options: { emit: Emit } & Clocks,
  { scopes }: TokenRequest<string | undefined>,
  { slot, error }: { slot: Slot; error: unknown },
): void {
  const { retryAfterInMs } = (error ?? {}) as { retryAfterInMs?: unknown }
  const remainingLifeInMs = timeLeft(slot, options)
  const nextInMs = refreshPause(remainingLifeInMs, typeof retryAfterInMs === 'number' ? retryAfterInMs : 0)
  slot.retryAt = options.monotonic() + nextInMs
  options.emit({ type: 'refresh-failed', scopes, ...factsOf(error), nextInMs, remainingLifeInMs })
}

/** What the store has, or else the right to request a token if processes share the store. */
async function takeTurnFor<Tenant extends string | undefined>(
  options: TokenCacheOptions<Tenant> & NotedClocks,
  flight: TokenFlight<Tenant>,
  check: ((token: string) => void) | undefined,
): Promise<FoundOrLeased<Slot> | undefined> {
  const { second } = options
  const { request, signal, held } = flight
  const key = request.claims === undefined ? await second?.keyOf(request, signal) : undefined
  if (second === undefined || key === undefined) return undefined
  const { findOrLease } = await import('./find-or-lease.ts')
  return inChildSpan(
    signal,
    'TokenStore.get',
    () => ({}),
    async (span) => {
      const turn = await findOrLease(second, {
        key,
        clocks: options,
        signal,
        held,
        current: () => find(flight, request),
        keep(issued, times) {
          check?.(issued.token)
          // Nobody knows when it was asked for: what this process has asked for since it had the held token is newer.
          const askedAt = held?.askedAt ?? Number.NEGATIVE_INFINITY
          return keep(options, flight, request, issued, { ...times, askedAt })
        },
      })
      span?.setAttribute('entrada.store.hit', turn.found !== undefined)
      return turn
    },
  )
}

/** Starts to write a token into the store, if there is a record for it. Nobody waits for the end. */
async function startWriting<Tenant extends string | undefined>(
  { second }: TokenCacheOptions<Tenant>,
  { request, signal }: TokenFlight<Tenant>,
  issued: IssuedToken,
  cachedAt: number,
): Promise<{ written: Promise<void> } | undefined> {
  const key = await second?.keyOf(request, signal)
  if (second === undefined || key === undefined) return undefined
  const { writeRecord } = await import('./store-access.ts')
  const { token: secret, refreshToken: _, ...times } = issued
  const record = { key, secret, cachedAt, ...times }
  const write = (): Promise<void> => writeRecord(second, record, request.claims === undefined ? undefined : 'replaces')
  return { written: inChildSpan(signal, 'TokenStore.set', () => ({}), write) }
}
