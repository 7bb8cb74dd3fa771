import { rebuilt } from '../runtime/foreign-error.ts'
import type { MsalCacheAccess } from './access.ts'

/** The argument with which a cache plug-in of `@azure/msal-node` is called. */
interface MsalCacheContext {
  readonly cacheHasChanged: boolean
  readonly tokenCache: { serialize(): string; deserialize(text: string): void }
}

/** A cache plug-in of `@azure/msal-node` (`ICachePlugin`). */
export interface MsalCachePlugin {
  beforeCacheAccess(context: MsalCacheContext): Promise<void>
  afterCacheAccess(context: MsalCacheContext): Promise<void>
}

/**
 * A document behind a plug-in, such as the official `@azure/identity-cache-persistence`. A plug-in passes the text on
 * only if it has changed since the last time, so the last one is kept. It holds its lock from `before` to `after`.
 */
export function pluginAccess(plugin: MsalCachePlugin): MsalCacheAccess {
  let text: string | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function visit(change?: (text: string | undefined) => string | undefined): Promise<string | undefined> {
    let changed: string | undefined
    const tokenCache = {
      serialize: () => changed ?? text ?? '{}',
      deserialize: (given: string) => {
        text = given
      },
    }
    // If a change is announced, the plug-in keeps its lock while the document is changed.
    const context = { cacheHasChanged: change !== undefined, tokenCache }
    await plugin.beforeCacheAccess(context)
    try {
      changed = change?.(text)
    } finally {
      await plugin.afterCacheAccess(context)
    }
    text = changed ?? text
    return text
  }

  /** A plug-in can handle only one visit at a time. */
  function queued<T>(task: () => Promise<T>): Promise<T> {
    // A plug-in's own error may contain anything, so it is rebuilt.
    const mine = last.then(task).catch((error: unknown) => Promise.reject(rebuilt(error)))
    last = mine.catch(() => undefined)
    return mine
  }

  return {
    read: () => queued(() => visit()),
    update: async (change) => void (await queued(() => visit(change))),
  }
}
