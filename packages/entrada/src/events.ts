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
  /** The scopes that were asked for. */
  scopes: readonly string[]
  /** How long it took. */
  milliseconds: number
  /** Why memory had no answer: it held no token that was valid, one is due for its refresh, or a claims challenge came. */
  reason: 'none-held' | 'refresh' | 'claims'
}

/** What an event says of an error, besides the error itself. */
export interface FailureFacts {
  /** The error itself. */
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
  /** The name of the credential that it is an event of. */
  credential: string
} & (
  | ({
      /** A token came from the network, the store or a developer tool. Tokens from memory are counted: see `tokens-counted`. */
      type: 'token-acquired'
      /** The tenant that it was asked for in, if one was named. */
      tenantId?: string
      /** Milliseconds since the epoch. */
      expiresOnTimestamp: number
      /** How much life the token has left, in milliseconds. */
      remainingLifeInMs: number
      /** Where it came from. */
      source: 'network' | 'store' | 'tool'
      /** The region whose endpoint gave it: see `AZURE_REGIONAL_AUTHORITY_NAME`. */
      region?: string
      /** Who signed in. Only with `allowLoggingAccountIdentifiers`. */
      account?: AccountIdentifiers
    } & Asked)
  | {
      /** How many tokens came from memory since the last such event. Only while somebody counts: see `countTokens`. */
      type: 'tokens-counted'
      /** Where they came from. */
      source: 'memory'
      /** How many they were. */
      count: number
      /** The least life that one of them had left, in milliseconds. */
      leastLifeInMs: number
    }
  | ({
      /** Callers got this error; or, where `reason` is `refresh`, they still have a token. */
      type: 'token-failed'
    } & Asked &
      FailureFacts)
  | ({
      /** A background refresh failed. Callers still get the token they have. */
      type: 'refresh-failed'
      /** The scopes of the token. */
      scopes: readonly string[]
      /** The next refresh starts in this many milliseconds at the earliest. */
      nextInMs: number
      /** How much life the token in use has left, in milliseconds. */
      remainingLifeInMs: number
    } & FailureFacts)
  | {
      /** A request failed and is repeated after `delayInMs`. */
      type: 'request-retried'
      /** Which repetition it is, from 1. */
      attempt: number
      /** The pause before it, in milliseconds. */
      delayInMs: number
      /** The status of the answer, if there was one. */
      statusCode?: number
      /** Why there was no answer. */
      error?: unknown
    }
  | {
      /** A chain has its winner. */
      type: 'credential-selected'
      /** The winner's name. */
      selected: string
    }
  | {
      /** A member of a chain was unavailable. */
      type: 'credential-skipped'
      /** The member's name. */
      skipped: string
      /** Why it was unavailable. */
      error: unknown
    }
  | {
      /** The store did what it was asked. */
      type: 'store-used'
      /** What it was asked to do. */
      operation: StoreOperation
      /** How long it took. */
      milliseconds: number
      /** Of a read, whether there was a record; of a lease, whether it was free. */
      isHit?: boolean
    }
  | {
      /** The store failed; the credential goes on without it. */
      type: 'store-failed'
      /** What it was asked to do. */
      operation: StoreOperation
      /** Why it failed. */
      error: unknown
    }
  | {
      /** Which store `tokenCachePersistenceOptions` led to, and why. */
      type: 'store-selected'
      /** The kind of store. */
      store: 'plug-in' | 'keyring' | 'encrypted files'
      /** Why it was chosen, in a sentence. */
      reason: string
    }
  | {
      /** The certificate that signs the assertions ends at this time. */
      type: 'credential-expiry'
      /** What ends. */
      kind: 'certificate'
      /** Milliseconds since the epoch. */
      expiresOnTimestamp: number
    }
  | {
      /** Something that somebody should look at. */
      type: 'warning'
      /** What it is, and what to do. */
      message: string
    }
)

/** An event without the name of its credential, which is added when it is emitted. */
export type UnnamedEvent = EntradaEvent extends infer Event
  ? Event extends EntradaEvent
    ? Omit<Event, 'credential'>
    : never
  : never

export type Emit = (event: UnnamedEvent) => void

export type EventLevel = 'error' | 'warning' | 'info' | 'verbose'
