import type { MsalCacheAccess, NoAccess } from './access.ts'
import { readMsalDocument } from './document.ts'
import { fileAccess } from './file-access.ts'
import { keyringAccess } from './keyring.ts'
import type { SharedDocument } from './locations.ts'
import type { LockWorld } from './lock-file.ts'
import { type MsalCachePlugin, pluginAccess } from './plugin-access.ts'

export interface CacheWorld extends LockWorld {
  /** Imports an optional package by its name. */
  load(name: string): Promise<unknown>
  /** Makes the plug-in of a document, if a cache plug-in is registered. */
  plugin: ((options: { name: string; unsafeAllowUnencryptedStorage: boolean }) => Promise<MsalCachePlugin>) | undefined
}

/**
 * One of the documents that developer tools share: through the plug-in that is registered, else the
 * plain file that Linux has without a secret store, else `@entrada/keyring`. `undefined` where there is none.
 */
export async function openSharedCache(
  { name, path }: SharedDocument,
  world: CacheWorld,
): Promise<MsalCacheAccess | NoAccess | undefined> {
  if (world.plugin !== undefined) return openPlugin(name, world.plugin)
  const bytes = path === undefined ? undefined : await world.files.read(path)
  if (path === undefined || bytes === undefined) return undefined
  const text = new TextDecoder().decode(bytes)
  // Encrypted, or nothing but the mark of a change: the document is elsewhere.
  const document = readMsalDocument(text)
  const isPlain = document instanceof Map ? document.size > 0 : /^\uFEFF?\s*\{/.test(text)
  return isPlain ? fileAccess(path, world) : keyringAccess(name, world.load)
}

async function openPlugin(
  name: string,
  plugin: NonNullable<CacheWorld['plugin']>,
): Promise<MsalCacheAccess | NoAccess> {
  try {
    return pluginAccess(await plugin({ name, unsafeAllowUnencryptedStorage: true }))
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    const reason = `the cache plug-in can't open ${name}: ${said}`
    return { reason, mend: 'See what the plug-in needs on this system, or pass cachePath.', cause }
  }
}
