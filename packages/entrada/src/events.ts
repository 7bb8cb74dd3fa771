/**
 * What a credential reports about its work, as typed events: to `onEvent`, to the `node:diagnostics_channel` named
 * `entrada`, and to the log. No event contains a secret.
 */

/** Who signed in, read from the token's claims. Present only with `allowLoggingAccountIdentifiers`. */
export interface AccountIdentifiers {
  /** The application (client) id: claim `appid`. */
  applicationId?: string
  /** The tenant: claim `tid`. */
  tenantId?: string
  /** The user or the service principal: claim `oid`. */
  objectId?: string
  /** The user's name: claim `upn`. */
  userPrincipalName?: string
}

/** What an event says of a token that was asked for. */
interface Asked {
  scopes: readonly string[]
  milliseconds: number
  /** Why memory had no answer: it held no token that was valid, one is due for its refresh, or a claims challenge came. */
  reason: 'none-held' | 'refresh' | 'claims'
}

/** What an event says of an error, besides the error itself. */
export interface FailureFacts {
  error: unknown
  /** The first code of Entra ID's, without the prefix AADSTS, if it gave one. */
  aadsts?: number
  /** The status of the answer that the error was made of, if there was one. */
  statusCode?: number
}

/** What a store is asked to do. */
type StoreOperation = 'get' | 'set' | 'delete' | 'lease'

/** An event of a credential, whose name is in `credential`. `type` tells the kinds apart. */
export type EntradaEvent = {
  credential: string
} /** A token came from the network, the store or a developer tool. Tokens from memory are counted: see `tokens-counted`. */ & (
  | ({
      type: 'token-acquired'
      tenantId?: string
      /** Milliseconds since the epoch. */
      expiresOnTimestamp: number
      /** How much life the token has left, in milliseconds. */
      remainingLifeInMs: number
      source: 'network' | 'store' | 'tool'
      /** The region whose endpoint gave it: see `AZURE_REGIONAL_AUTHORITY_NAME`. */
      region?: string
      account?: AccountIdentifiers
    } & Asked)
  /**
   * How many tokens came from memory since the last such event, and the least life that one of them had left, in
   * milliseconds. Only while somebody counts: see `countTokens`.
   */
  | { type: 'tokens-counted'; source: 'memory'; count: number; leastLifeInMs: number }
  /** Callers got this error; or, where `reason` is `refresh`, they still have a token. */
  | ({ type: 'token-failed' } & Asked & FailureFacts)
  /** A background refresh failed. Callers still get the token they have; the next refresh starts in `nextInMs` at the earliest. */
  | ({
      type: 'refresh-failed'
      scopes: readonly string[]
      nextInMs: number
      /** How much life the token in use has left, in milliseconds. */
      remainingLifeInMs: number
    } & FailureFacts)
  /** A request failed and is repeated after `delayInMs`. */
  | { type: 'request-retried'; attempt: number; delayInMs: number; statusCode?: number; error?: unknown }
  /** A chain has its winner. */
  | { type: 'credential-selected'; selected: string }
  /** A member of a chain was unavailable. */
  | { type: 'credential-skipped'; skipped: string; error: unknown }
  /** The store did what it was asked. `isHit` says of a read whether there was a record, of a lease whether it was free. */
  | { type: 'store-used'; operation: StoreOperation; milliseconds: number; isHit?: boolean }
  /** The store failed; the credential goes on without it. */
  | { type: 'store-failed'; operation: StoreOperation; error: unknown }
  /** Which store `tokenCachePersistenceOptions` led to, and why. */
  | { type: 'store-selected'; store: 'plug-in' | 'keyring' | 'encrypted files'; reason: string }
  /** The certificate that signs the assertions ends at this time, in milliseconds since the epoch. */
  | { type: 'credential-expiry'; kind: 'certificate'; expiresOnTimestamp: number }
  /** Something that somebody should look at. */
  | { type: 'warning'; message: string }
)

/** An event without the name of its credential, which is added when it is emitted. */
export type UnnamedEvent = EntradaEvent extends infer Event
  ? Event extends EntradaEvent
    ? Omit<Event, 'credential'>
    : never
  : never

export type Emit = (event: UnnamedEvent) => void

export type EventLevel = 'error' | 'warning' | 'info' | 'verbose'
