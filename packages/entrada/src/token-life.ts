/**
 * The longest life of a token or record from a tool, a broker or a store, in milliseconds. What claims a longer one has mistaken the
 * unit, and would be used past its end.
 */
export const longestLifeMs: number = 100 * 365 * 24 * 3600_000
