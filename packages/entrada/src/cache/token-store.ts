/**
 * The second level of the cache, behind the memory of each credential: shared by processes or machines, and always
 * optional. Records are structured, so that one maps onto MSAL's unified cache schema.
 */

/** What tells records apart. Two requests that may not share a token differ in one of these. */
export interface TokenKey {
  kind: 'access' | 'refresh' | 'id' | 'account'
  /** `app`, a home account id, or the SHA-256 of a user assertion. */
  partition: string
  /** Host of the authority. */
  environment: string
  clientId: string
  /** The tenant. */
  realm?: string
  /** The scopes, sorted and joined by a blank. */
  target?: string
  /** Whether Continuous Access Evaluation can revoke the token. */
  cae: boolean
}

/** One record. Times are milliseconds since the epoch. */
export interface TokenRecord {
  key: TokenKey
  /** The token itself. */
  secret: string
  tokenType?: 'Bearer' | 'pop'
  cachedAt: number
  /** After it a store may drop the record. */
  expiresAt: number
  refreshAt?: number
}

/** A hold on a key, so that one process of many asks for the token. */
export interface Lease {
  release(): Promise<void>
}

/**
 * A store of tokens. A credential waits 500 ms at most for a read and never for a write; what fails, is slow or does
 * not fit its key counts as absent, with an event. `close()` of a credential leaves the store open.
 */
export interface TokenStore {
  get(key: TokenKey): Promise<TokenRecord | undefined>
  /** Replaces the record of the same key; of two writes the later expiry may win. */
  set(record: TokenRecord): Promise<void>
  delete(key: TokenKey): Promise<void>
  /** Every record of a partition, for signing out. */
  list(partition: string): Promise<readonly TokenRecord[]>
  /** Tries to hold the key for so many milliseconds; `undefined` if another holds it. */
  lease?(key: TokenKey, milliseconds: number): Promise<Lease | undefined>
}

/**
 * The key as one string, for stores that keep strings. No two keys give the same one: JSON escapes what could be taken
 * for a delimiter.
 */
export function tokenKeyText(key: TokenKey): string {
  const { kind, partition, environment, clientId, realm, target, cae } = key
  return JSON.stringify([kind, partition, environment, clientId, realm ?? null, target ?? null, cae])
}
