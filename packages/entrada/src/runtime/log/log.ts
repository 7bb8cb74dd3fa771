/**
 * The log: `@azure/logger` if the program has installed it, else stderr, with `AZURE_LOG_LEVEL` or `setLogLevel` alone.
 * The object `logger` has the shape of the one that `@azure/identity` exports.
 */
import type { EventLevel } from '../../events.ts'
import { environment, settingOf } from '../environment.ts'
import { isLogged } from './log-level.ts'
import type { LogSink } from './log-sink.ts'

/** A function that logs, of the shape `Debugger` of `@azure/logger`. */
export interface Debugger {
  (...lines: unknown[]): void
  /** Whether lines are written at all. */
  readonly enabled: boolean
  /** Its name, such as `azure:identity:info`. */
  readonly namespace: string
  /** Where the lines go. May be replaced. */
  log: (...lines: unknown[]) => void
  /** Does nothing: it is declared for compatibility with `@azure/logger`. */
  destroy(): boolean
  /** Makes a logger whose namespace begins with that of this one. */
  extend(namespace: string): Debugger
}

/** A logger with one function a level, of the shape `AzureLogger` of `@azure/logger`. */
export type AzureLogger = Readonly<Record<EventLevel, Debugger>>

/** The library's log, under the name that `@azure/identity` uses. */
export const logger: AzureLogger = /* @__PURE__ */ createLogger('azure:identity')

function createLogger(namespace: string): AzureLogger {
  const debug = (level: EventLevel, name: string): Debugger => {
    let opened: LogSink | undefined
    let opening: Promise<LogSink> | undefined
    /** Uses the sink, which is loaded with its first use. What it throws must not end the process. */
    const use = (act: (sink: LogSink) => void): void => {
      opening ??= import('./log-sink.ts').then(async ({ openSink }) => {
        opened = await openSink(level, name)
        return opened
      })
      opening.then(act).catch(() => undefined)
    }
    const self = (...lines: unknown[]): void => {
      if (isAsked(level)) self.log(...lines)
      else {
        use((sink) => {
          if (sink.isEnabled()) self.log(...lines)
        })
      }
    }
    self.log = (...lines: unknown[]): void => use(({ write }) => write(...lines))
    self.namespace = `${name}:${level}`
    self.destroy = () => true
    self.extend = (extension: string) => debug(level, `${name}:${extension}`)
    return Object.defineProperty(self, 'enabled', {
      get: () => isAsked(level) || opened?.isEnabled() === true,
    }) as unknown as Debugger
  }
  return {
    error: debug('error', namespace),
    warning: debug('warning', namespace),
    info: debug('info', namespace),
    verbose: debug('verbose', namespace),
  }
}

function isAsked(level: EventLevel): boolean {
  return isLogged(level, settingOf(environment(), 'AZURE_LOG_LEVEL'))
}
