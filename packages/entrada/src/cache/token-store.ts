/**
 * The second level of the cache, behind the memory of each credential: shared by processes or machines, and always
 * optional. Records are structured, so that one maps onto MSAL's unified cache schema.
 */

/** Identifies a record. Two requests that must not share a token differ in at least one of these. */
export interface TokenKey {
  /** What the record holds. */
  kind: 'access' | 'refresh' | 'id' | 'account'
  /** `app`, a home account id, or the SHA-256 of a user assertion. */
  partition: string
  /** Host of the authority. */
  environment: string
  /** The application. */
  clientId: string
  /** The tenant. */
  realm?: string
  /** The scopes, sorted and joined by spaces. */
  target?: string
  /** Whether Continuous Access Evaluation can revoke the token. */
  cae: boolean
  /** A hash of what the application authenticates with: whoever has a different secret finds nothing. */
  proof?: string
}

/** How long Entra ID keeps a refresh token that is in use, in milliseconds; a store may drop it afterwards. */
export const refreshTokenLife: number = 90 * 24 * 3600_000

/** One record. Times are milliseconds since the epoch. */
export interface TokenRecord {
  /** What it is filed under. */
  key: TokenKey
  /** The token itself. */
  secret: string
  /** Of an access token. */
  tokenType?: 'Bearer' | 'pop'
  /** When it was stored, in milliseconds since the epoch. */
  cachedAt: number
  /** From when on a store may drop it, in milliseconds since the epoch. */
  expiresAt: number
  /** From when on it is refreshed behind the callers, in milliseconds since the epoch. */
  refreshAt?: number
}

/** Held by the one process of many that requests the token. */
export interface Lease {
  /** Gives it back before its time. */
  release(): Promise<void>
}

/**
 * Receives problems that the store has dealt with but that somebody should know of: a record that cannot be opened counts
 * as absent, a broken key file was replaced. A credential turns them into events.
 */
export type ReportProblem = (problem: Error) => void

/**
 * A store of tokens. A credential waits at most 500 ms for a read and never for a write; a record that cannot be read in
 * that time, or does not match its key, counts as absent, with an event. `close()` of a credential leaves the store open.
 */
export interface TokenStore {
  /** Set if `get` and `set` take a second argument, through which they report problems. */
  readonly reports?: true
  /** The record of the key, if there is one that this store's keys open. */
  get(key: TokenKey, report?: ReportProblem): Promise<TokenRecord | undefined>
  /** Replaces the record of the same key. Of two writes, the one that expires later may win. */
  set(record: TokenRecord, report?: ReportProblem): Promise<void>
  /** Removes the record of the key, if there is one. */
  delete(key: TokenKey): Promise<void>
  /** Every record of a partition, for signing out. Records of applications (`app`) come without their secrets. */
  list(partition: string): Promise<readonly TokenRecord[]>
  /** Tries to take a lease on the key for this many milliseconds; `undefined` if somebody else holds it. */
  lease?(key: TokenKey, milliseconds: number): Promise<Lease | undefined>
}

/**
 * The key as one string, for stores that keep strings. No two keys give the same string: JSON escapes whatever could be
 * mistaken for a delimiter.
 */
export function tokenKeyText(key: TokenKey): string {
  const { kind, partition, environment, clientId, realm, target, cae, proof } = key
  const parts = [kind, partition, environment, clientId, realm ?? null, target ?? null, cae]
  return JSON.stringify(proof === undefined ? parts : [...parts, proof])
}
