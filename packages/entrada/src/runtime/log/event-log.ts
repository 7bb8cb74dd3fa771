import type { AccountIdentifiers, EntradaEvent, EventLevel } from '../../events.ts'
import { settingOf } from '../environment.ts'
import type { Host } from '../host.ts'
import { isLogged } from './log-level.ts'
import { type LogSink, openSink } from './log-sink.ts'

/**
 * What writes events to the log, those whose level `AZURE_LOG_LEVEL` or `setLogLevel` of `@azure/logger` asks for, under the
 * name that `@azure/identity` has there.
 */
export function openEventLog({ env, load }: Pick<Host, 'env' | 'load'>): (event: EntradaEvent) => Promise<void> {
  const asked = settingOf(env, 'AZURE_LOG_LEVEL')
  const sinks = new Map<EventLevel, Promise<LogSink>>()
  const open = (level: EventLevel): Promise<LogSink> =>
    afterTheCaller().then(() => openSink(level, 'azure:identity', load))
  return async (event) => {
    const { level, text } = describeEvent(event)
    const sink = sinks.get(level) ?? open(level)
    sinks.set(level, sink)
    const { isEnabled, write } = await sink
    if (isEnabled() || isLogged(level, asked)) write(text)
  }
}

/**
 * When those have gone on who wait for what the event tells of: Node takes milliseconds to find a package, and nobody waits for
 * a line of the log as for a token. Not a turn later, when a test may have ended, and what is imported is an error to Jest.
 */
function afterTheCaller(): Promise<void> {
  return new Promise((resolve) => {
    const { nextTick } = globalThis.process ?? {}
    if (nextTick === undefined) resolve()
    else nextTick(resolve)
  })
}

/** The event as a line of the log, and its level. */
function describeEvent(event: EntradaEvent): { level: EventLevel; text: string } {
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
    case 'tokens-counted':
      return { level: 'verbose', text: `gave ${event.count} tokens from memory` }
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
    case 'store-used':
      return { level: 'verbose', text: `used the token store: ${event.operation}` }
    case 'store-failed':
      return {
        level: 'warning',
        text: `goes on without the token store, whose ${event.operation} failed: ${said(event.error)}`,
      }
    case 'store-selected':
      return { level: 'info', text: `keeps tokens in the store: ${event.store} (${event.reason})` }
    case 'credential-expiry':
      return {
        level: 'verbose',
        text: `has a ${event.kind} until ${new Date(event.expiresOnTimestamp).toISOString()}`,
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
