import type { EntradaEvent, UnnamedEvent } from '../../events.ts'
import { builtin } from '../builtin.ts'
import type { Host } from '../host.ts'
import { isOurs } from './is-ours.ts'

/** Receives the events of the credential with this name. */
export type EventSink = (credential: string, event: UnnamedEvent) => void

/** The credential that is being constructed. Subscribers of the channel are told whose an event is, by a third argument. */
export const making: { of: object | undefined } = { of: undefined }

/**
 * Where events go: to the caller's `onEvent`, to the diagnostics channel `entrada` if somebody listens, and to the log. What
 * a listener throws, now or later, neither fails a `getToken` nor ends the process. An error from outside the library is
 * passed on as a copy without its other properties.
 */
export function eventSink(
  onEvent: ((event: EntradaEvent) => unknown) | undefined,
  host: Pick<Host, 'env' | 'load'>,
): EventSink {
  const { of } = making
  making.of = undefined
  let log: Promise<(event: EntradaEvent) => unknown> | undefined
  const tell = (event: EntradaEvent): void => {
    quietly(() => onEvent?.(event))
    // Not `publish`, which makes an uncaught exception of what a subscriber throws.
    const channel = builtin('node:diagnostics_channel')?.channel('entrada') as Channel | undefined
    for (const hear of channel?._subscribers ?? []) quietly(() => hear(event, 'entrada', of))
    // workerd keeps its subscribers to itself.
    if (channel !== undefined && !('_subscribers' in channel)) quietly(() => channel.publish(event))
    quietly(async () => {
      // Loaded at once: what loads later, when a test has ended, is an error to Jest.
      log ??= import('./event-log.ts').then(({ openEventLog }) => openEventLog(host))
      return (await log)(event)
    })
  }
  return (credential, unnamed) => {
    const event = { credential, ...unnamed } as EntradaEvent & { error?: unknown }
    if (event.error === undefined || isOurs(event.error)) return tell(event)
    quietly(async () => {
      event.error = (await import('../foreign-error.ts')).madeOurs(event.error)
      tell(event)
    })
  }
}

/** The subscribers of a channel of Node's, where there are any. */
interface Channel {
  publish(message: unknown): void
  _subscribers?: readonly ((message: unknown, name: string, of: object | undefined) => unknown)[]
}

/** Calls at once, and ignores how that ends. */
function quietly(act: () => unknown): void {
  ;(async () => act())().catch(() => undefined)
}
