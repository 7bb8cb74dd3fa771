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
  | { type: 'store-failed'; operation: 'get' | 'set'; error: unknown }
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

/** The event as a line of a log, and how loud it is. */
export function describeEvent(event: EntradaEvent): { level: EventLevel; text: string } {
  const { level, text } = sentence(event)
  return { level, text: `${event.credential} => ${text}` }
}

function sentence(event: EntradaEvent): { level: EventLevel; text: string } {
  switch (event.type) {
    case 'token-acquired':
      return {
        level: 'info',
        text: `getToken() => SUCCESS. Scopes: ${event.scopes.join(' ')}.${account(event.account)}`,
      }
    case 'token-failed':
      return {
        level: 'info',
        text: `getToken() => ERROR. Scopes: ${event.scopes.join(' ')}. Error message: ${said(event.error)}`,
      }
    case 'refresh-failed':
      return {
        level: 'warning',
        text: `refresh failed, next in ${event.nextInMs} ms, the token stays in use: ${said(event.error)}`,
      }
    case 'request-retried':
      return {
        level: 'info',
        text: `retry ${event.attempt} in ${Math.round(event.delayInMs)} ms after ${event.statusCode ?? said(event.error)}`,
      }
    case 'credential-selected':
      return { level: 'info', text: `uses ${event.selected}` }
    case 'credential-skipped':
      return { level: 'info', text: `goes on without ${event.skipped}: ${said(event.error)}` }
    case 'store-failed':
      return {
        level: 'warning',
        text: `goes on without the token store, whose ${event.operation} failed: ${said(event.error)}`,
      }
    case 'warning':
      return { level: 'warning', text: event.message }
  }
}

function account(ids: AccountIdentifiers | undefined): string {
  if (ids === undefined) return ''
  const unknown = 'no value available'
  return ` [Authenticated account] Client ID: ${ids.applicationId ?? unknown}. Tenant ID: ${ids.tenantId ?? unknown}. User Principal Name: ${ids.userPrincipalName ?? unknown}. Object ID (user): ${ids.objectId ?? unknown}.`
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
