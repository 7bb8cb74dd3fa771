import type { MsalCacheAccess, NoAccess } from '../msal/access.ts'
import { fileAccess } from '../msal/file-access.ts'
import { msalDocumentName, sharedCacheName, sharedCachePath } from '../msal/locations.ts'
import { type CacheWorld, openSharedCache } from '../msal/open-cache.ts'
import { registeredPlugins } from '../plugins/registry.ts'
import type { Host } from '../runtime/host.ts'
import { oneLine } from '../runtime/one-line.ts'
import { localSharedFiles } from '../runtime/shared-files.ts'
import { toolHostOf } from '../runtime/tools.ts'

/** A document that may hold the account, and whether its access tokens are of the kind that is asked for. */
export interface Place {
  where: string
  isOfKind: boolean
  /** Gives nothing where there is no document. Never rejects. */
  open(): Promise<MsalCacheAccess | NoAccess | undefined>
  /** The next `open` looks anew: the account was not there. */
  forget(): void
}

/** The documents to look into, in order: that of the kind that is asked for, then the other one. */
export type PlacesOf = (enableCae: boolean) => Place[]

/** One file if its path is given, else the two documents of the shared cache. Nothing is opened yet. */
export function sharedPlaces(host: Host, cachePath: string | undefined, name: string = sharedCacheName): PlacesOf {
  const opened = new Map<string, MsalCacheAccess>()

  async function openOnce(where: string, open: Place['open']): ReturnType<Place['open']> {
    const held = opened.get(where)
    if (held !== undefined) return held
    try {
      const access = await open()
      if (access !== undefined && 'read' in access) opened.set(where, access)
      return access
    } catch (cause) {
      const reason = `${where} can't be read: ${oneLine((cause as Error).message, 300)}.`
      return { reason, mend: 'See that it is a plain file that you may read.', cause }
    }
  }

  function place(where: string, isOfKind: boolean, open: Place['open']): Place {
    return { where, isOfKind, open: () => openOnce(where, open), forget: () => void opened.delete(where) }
  }

  return (enableCae) => {
    // Of a tool's own file nobody says whether its access tokens can be revoked: most tools ask for no such tokens.
    if (cachePath !== undefined) return [place(cachePath, !enableCae, async () => fileAccess(cachePath, worldOf(host)))]
    return [enableCae, !enableCae].map((cae) => {
      const documentName = msalDocumentName(name, cae)
      const where = sharedCachePath(documentName, host.env, toolHostOf(host).platform) ?? documentName
      return place(where, cae === enableCae, () => openSharedCache(documentName, worldOf(host)))
    })
  }
}

function worldOf(host: Host): CacheWorld {
  const { sleep, env, sharedFiles, load } = host
  const importByName = (name: string): Promise<unknown> => import(/* webpackIgnore: true */ /* @vite-ignore */ name)
  return {
    sleep,
    env,
    platform: toolHostOf(host).platform,
    files: sharedFiles ?? localSharedFiles,
    load: load ?? importByName,
    plugin: registeredPlugins.persistence,
  }
}
