import { rebuilt } from '../runtime/foreign-error.ts'
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
  /** Creates the plug-in for a document, if a cache plug-in is registered. */
  plugin: ((options: { name: string; unsafeAllowUnencryptedStorage: boolean }) => Promise<MsalCachePlugin>) | undefined
}

/**
 * One of the documents that developer tools share: through the registered plug-in, or else from the plain file that
 * Linux has without a secret store, or else through `@entrada/keyring`. `undefined` if there is none.
 */
export async function openSharedDocument(
  { name, path }: SharedDocument,
  world: CacheWorld,
): Promise<MsalCacheAccess | NoAccess | undefined> {
  if (world.plugin !== undefined) return openPlugin(name, world.plugin)
  const bytes = path === undefined ? undefined : await world.files.read(path)
  if (path === undefined || bytes === undefined) return undefined
  const text = new TextDecoder().decode(bytes)
  // If the file is encrypted, or only marks the time of a change, the document is elsewhere.
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
  } catch (error) {
    const cause = rebuilt(error)
    const reason = `the cache plug-in cannot open ${name}: ${cause.message}`
    return { reason, remedy: 'Check what the plug-in needs on this system, or pass cachePath.', cause }
  }
}
