import type { KeysUnavailable } from '../rejection/token-rejected.ts'
import type { SigningKey } from './key-set.ts'

/** The keys of one issuer. */
export interface KeySource {
  /**
   * The key of that name, at once if it is known, else a promise of it, or of `undefined` if the issuer has none. Rejects
   * with a `KeysUnavailable` where no keys could be had yet.
   */
  find(kid: string): SigningKey | undefined | Promise<SigningKey | undefined>
}

type Keys = ReadonlyMap<string, SigningKey>

const minute = 60_000
/** Microsoft: "a reasonable frequency to check for updates … is every 24 hours". Twice as often, behind the callers. */
const refreshAfter = 12 * 60 * minute
/** After a failed start: soon again, and not once for every call. */
const startPause = 1000
/** Twice what a request may take. One that is silent for longer was broken off, timer and all, with the call that began it: Workers do so. */
const longestFlight = 10_000

/** Keys that were given, and do not change. */
export function fixedKeys(keys: Keys): KeySource {
  return { find: (kid) => keys.get(kid) }
}

/**
 * Keys that `load` fetches: with the first call, behind the callers when they are half a day old, and when a token names
 * one that is not known, once a minute at most, so that forged names cost an issuer nothing. While it can't be reached, the
 * keys that are known go on; where none are, every call fails. `monotonic` is a clock that nobody sets, in milliseconds.
 */
export function fetchedKeys(load: () => Promise<Keys>, monotonic: () => number): KeySource {
  let keys: Keys | undefined
  let failure: KeysUnavailable | undefined
  let loadedAt = Number.NEGATIVE_INFINITY
  let askedAt = Number.NEGATIVE_INFINITY
  let flight: Promise<void> | undefined
  /** How many requests there were, and which of them the keys are from. */
  let asked = 0
  let heard = 0

  /** One request for all who wait; never rejects. */
  function refresh(): Promise<void> {
    const number = ++asked
    askedAt = monotonic()
    flight = load()
      .then(
        (fresh) => {
          // What comes late must not bring a key back that was withdrawn meanwhile.
          if (number < heard) return
          heard = number
          keys = succeeding(keys, fresh)
          loadedAt = monotonic()
        },
        (error: KeysUnavailable) => {
          failure = error
        },
      )
      .finally(() => {
        if (number === asked) flight = undefined
      })
    return flight
  }

  function running(): Promise<void> | undefined {
    return monotonic() - askedAt < longestFlight ? flight : undefined
  }

  function pauseIsOver(): boolean {
    return monotonic() - askedAt >= (keys === undefined ? startPause : minute)
  }

  async function findAfterRefresh(kid: string): Promise<SigningKey | undefined> {
    await (running() ?? (pauseIsOver() ? refresh() : undefined))
    if (keys === undefined) throw failure
    return keys.get(kid)
  }

  return {
    find(kid) {
      const known = keys?.get(kid)
      if (known === undefined) return findAfterRefresh(kid)
      if (monotonic() - loadedAt >= refreshAfter && running() === undefined && pauseIsOver()) void refresh()
      return known
    },
  }
}

/** The new keys, of which those that stay are the same objects; those that have gone are marked. */
function succeeding(former: Keys | undefined, fresh: Keys): Keys {
  if (former === undefined) return fresh
  const next = new Map(fresh)
  for (const [kid, key] of former) {
    const now = fresh.get(kid)
    if (now?.n === key.n && now.e === key.e && now.issuer === key.issuer) next.set(kid, key)
    else key.isWithdrawn = true
  }
  return next
}
