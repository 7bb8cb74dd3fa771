/** One use of a client assertion. */
interface AssertionUse {
  /** The app and the assertion's `jti`. */
  key: string
  /** When the assertion ends, in milliseconds. */
  until: number
  /** The library that sends it, as it says itself (`x-client-SKU`). */
  sku: string | undefined
}

/** Which assertions were used; each once. */
export interface AssertionUses {
  /** Whether it may be used, `now` (milliseconds); counts as a use. */
  first(use: AssertionUse, now: number): boolean
}

const CAPACITY = 10_000

/**
 * Remembers assertions until their end, at most ten thousand of them. With `'accept'`, as Entra ID does, all may be
 * used again. With `'refuse'`, only those of Microsoft's own libraries: MSAL sends one for the ten minutes it lives.
 */
export function createAssertionUses(replays: 'refuse' | 'accept'): AssertionUses {
  const ends = new Map<string, number>()
  return {
    first: ({ key, until, sku = '' }, now) => {
      if (replays === 'accept' || /^msal\b/i.test(sku)) return true
      for (const [old, end] of ends) {
        if (end > now && ends.size < CAPACITY) break
        ends.delete(old)
      }
      if (ends.has(key)) return false
      ends.set(key, until)
      return true
    },
  }
}
