/**
 * What a credential tells of its work, as typed events: to `onEvent`, to the `node:diagnostics_channel` named
 * `entrada`, and to the log. No event carries a secret.
 */

/** Who signed in, read from a token's own claims; given only with `allowLoggingAccountIdentifiers`. */
export interface AccountIdentifiers {
  applicationId?: string
  tenantId?: string
  objectId?: string
  userPrincipalName?: string
}

export type EntradaEvent = { credential: string } & (
  | {
      type: 'token-acquired'
      scopes: readonly string[]
      tenantId?: string
      /** Milliseconds since the epoch. */
      expiresOnTimestamp: number
      milliseconds: number
      source: 'network' | 'store'
      account?: AccountIdentifiers
    }
  | { type: 'token-failed'; scopes: readonly string[]; error: unknown; milliseconds: number }
  /** A refresh behind the callers' backs failed; they keep the token they have. */
  | { type: 'refresh-failed'; scopes: readonly string[]; error: unknown; nextInMs: number }
  | { type: 'request-retried'; attempt: number; delayInMs: number; statusCode?: number; error?: unknown }
  | { type: 'credential-selected'; selected: string }
  | { type: 'credential-skipped'; skipped: string; error: unknown }
  | { type: 'store-failed'; operation: 'get' | 'set' | 'delete' | 'lease'; error: unknown }
  /** The store that `tokenCachePersistenceOptions` asked for. */
  | { type: 'store-selected'; store: 'plug-in' | 'keyring' | 'encrypted files'; reason: string }
  | { type: 'warning'; message: string }
)

/** An event before its credential has put its name on it. */
export type UnnamedEvent = EntradaEvent extends infer Event
  ? Event extends EntradaEvent
    ? Omit<Event, 'credential'>
    : never
  : never

export type Emit = (event: UnnamedEvent) => void

export type EventLevel = 'error' | 'warning' | 'info' | 'verbose'
