import type { EntradaEvent, UnnamedEvent } from '../events.ts'
import { builtin } from './builtin.ts'
import type { Env } from './host.ts'

/** Takes the event of the credential with that name. */
export type EventSink = (credential: string, event: UnnamedEvent) => void

/**
 * Where events go: the caller's `onEvent`, the diagnostics channel `entrada` if somebody listens, and the log if
 * `AZURE_LOG_LEVEL` asks for it. What a listener throws is its own affair and never fails a `getToken`.
 */
export function eventSink(onEvent: ((event: EntradaEvent) => void) | undefined, env: Env): EventSink {
  let log: Promise<(event: EntradaEvent) => void> | undefined
  return (credential, unnamed) => {
    const event = { credential, ...unnamed } as EntradaEvent
    try {
      onEvent?.(event)
    } catch {}
    const channel = builtin('node:diagnostics_channel')?.channel('entrada')
    if (channel?.hasSubscribers) channel.publish(event)
    if (!env.AZURE_LOG_LEVEL) return
    log ??= import('./event-log.ts').then(({ openEventLog }) => openEventLog(env.AZURE_LOG_LEVEL))
    void log.then((write) => write(event))
  }
}
