import type { Kept } from '../primitives/kept.ts'

/** One use of a client assertion. */
interface AssertionUse {
  /** The app and the assertion's `jti`. */
  key: string
  /** When the assertion ends, in milliseconds. */
  until: number
  /** The library that sends it, according to its own header (`x-client-SKU`). */
  sku: string | undefined
}

/** The assertions that have been used. */
export interface AssertionUses {
  /** Whether an assertion may be used `now` (milliseconds); the call counts as a use. */
  first(use: AssertionUse, now: number): boolean
}

const maxRemembered = 10_000

/**
 * Remembers assertions until they expire, at most ten thousand. With `'accept'`, all may be reused, as in Entra ID.
 * With `'refuse'`, only those of Microsoft's own libraries: MSAL reuses an assertion for the ten minutes it is valid.
 */
export function createAssertionUses(replays: 'refuse' | 'accept', kept: Kept): AssertionUses {
  const ends: Map<string, number> = new Map(kept.part('used assertions', () => [...ends]))
  return {
    first: ({ key, until, sku = '' }, now) => {
      if (replays === 'accept' || /^msal\b/i.test(sku)) return true
      for (const [old, end] of ends) {
        if (end > now && ends.size < maxRemembered) break
        ends.delete(old)
      }
      if (ends.has(key)) return false
      ends.set(key, until)
      kept.changed()
      return true
    },
  }
}
