/**
 * The log: `@azure/logger` where the program has installed it, else stderr; only with `AZURE_LOG_LEVEL` set.
 * The object `logger` has the shape of the one that `@azure/identity` exports.
 */
import type { EventLevel } from '../events.ts'
import { isLogged } from './log-level.ts'

/** A function that logs, of the shape `Debugger` of `@azure/logger`. */
export interface Debugger {
  (...lines: unknown[]): void
  readonly enabled: boolean
  readonly namespace: string
  /** Where the lines go. May be replaced. */
  log: (...lines: unknown[]) => void
  destroy(): boolean
  extend(namespace: string): Debugger
}

/** A logger with one function a level, of the shape `AzureLogger` of `@azure/logger`. */
export type AzureLogger = Readonly<Record<EventLevel, Debugger>>

/** The log of this library, under the name that `@azure/identity` has in the log. */
export const logger: AzureLogger = /* @__PURE__ */ createLogger('azure:identity')

function createLogger(namespace: string): AzureLogger {
  const debug = (level: EventLevel, name: string): Debugger => {
    const self = (...lines: unknown[]): void => {
      if (isLogged(level, globalThis.process?.env?.AZURE_LOG_LEVEL)) self.log(...lines)
    }
    let sink: Promise<(...lines: unknown[]) => void> | undefined
    self.log = (...lines: unknown[]): void => {
      sink ??= import('./log-sink.ts').then(({ openSink }) => openSink(level, name))
      void sink.then((write) => write(...lines))
    }
    self.namespace = `${name}:${level}`
    self.destroy = () => true
    self.extend = (extension: string) => debug(level, `${name}:${extension}`)
    return Object.defineProperty(self, 'enabled', {
      get: () => isLogged(level, globalThis.process?.env?.AZURE_LOG_LEVEL),
    }) as unknown as Debugger
  }
  return {
    error: debug('error', namespace),
    warning: debug('warning', namespace),
    info: debug('info', namespace),
    verbose: debug('verbose', namespace),
  }
}
