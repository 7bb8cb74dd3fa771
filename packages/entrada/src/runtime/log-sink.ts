import type { EventLevel } from '../events.ts'
import type { AzureLogger } from './log.ts'

/** What writes the lines of one level: `@azure/logger` where the program has installed it, else stderr. */
export async function openSink(level: EventLevel, namespace: string): Promise<(...lines: unknown[]) => void> {
  // Joined here, so that no bundler looks for a package that most programs do not have.
  const name = ['@azure', 'logger'].join('/')
  try {
    const { createClientLogger } = (await import(/* webpackIgnore: true */ /* @vite-ignore */ name)) as {
      createClientLogger(namespace: string): AzureLogger
    }
    return createClientLogger(namespace.replace(/^azure:/, ''))[level]
  } catch {
    return (...lines) => console.error(`${namespace}:${level}`, ...lines)
  }
}
