import type { EventLevel } from '../../events.ts'
import { importByName } from '../import-by-name.ts'
import { loadedModule } from '../loaded-module.ts'

type Write = (...lines: unknown[]) => void

/** Where the lines of one level go. */
export interface LogSink {
  /** Whether `@azure/logger` was told to write this level, by `setLogLevel` or `AZURE_LOG_LEVEL`. */
  isEnabled(): boolean
  /** Writes to `@azure/logger`, unless that is not there or does not write this level; then to stderr. */
  write: Write
}

/** A function of `@azure/logger`, which writes where its level is asked for. */
type AzureDebugger = Write & { readonly enabled: boolean }

interface AzureLoggerModule {
  createClientLogger(namespace: string): Readonly<Record<EventLevel, AzureDebugger>>
}

/** The sink of a level: `@azure/logger` where the program has installed it, however it was loaded, else stderr. */
export async function openSink(
  level: EventLevel,
  namespace: string,
  load: (name: string) => Promise<unknown> = importByName,
): Promise<LogSink> {
  const imported = await load('@azure/logger').catch(() => undefined)
  const copies = [loadedModule('@azure/logger/dist/commonjs/index.js'), imported]
  const writers = copies.flatMap((copy) => {
    const writer = (copy as AzureLoggerModule | undefined)?.createClientLogger?.(namespace.replace(/^azure:/, ''))[
      level
    ]
    return writer === undefined ? [] : [writer]
  })
  const enabled = (): AzureDebugger | undefined => writers.find((writer) => writer.enabled)
  return {
    isEnabled: () => enabled() !== undefined,
    write: (...lines) => (enabled() ?? ((...words) => console.error(`${namespace}:${level}`, ...words)))(...lines),
  }
}
