import type { MsalCacheAccess, NoAccess } from '../msal/access.ts'
import { fileAccess } from '../msal/file-access.ts'
import type { SharedDocument } from '../msal/locations.ts'
import { type CacheWorld, openSharedCache } from '../msal/open-cache.ts'
import type { Host } from '../runtime/host.ts'
import { oneLine } from '../runtime/one-line.ts'
import { localSharedFiles } from '../runtime/shared-files.ts'

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

/** Where to look, and with what. The core of the library gives it, which this part of it does not load. */
export interface PlacesOptions {
  /** One file in place of the shared documents. */
  cachePath: string | undefined
  documents: readonly SharedDocument[]
  /** The cache plug-in that is registered by then. */
  plugin(): CacheWorld['plugin']
}

/** One file if its path is given, else the documents of the shared cache. Nothing is opened yet. */
export function sharedPlaces(host: Host, { cachePath, documents, plugin }: PlacesOptions): PlacesOf {
  const opened = new Map<string, MsalCacheAccess>()
  const world = (): CacheWorld => ({ ...worldOf(host), plugin: plugin() })

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
    if (cachePath !== undefined) return [place(cachePath, !enableCae, async () => fileAccess(cachePath, world()))]
    return [...documents]
      .sort((left, right) => Number(right.cae === enableCae) - Number(left.cae === enableCae))
      .map((document) => {
        const { name, path = name, cae } = document
        return place(path, cae === enableCae, () => openSharedCache(document, world()))
      })
  }
}

function worldOf({ sleep, sharedFiles, load }: Host): Omit<CacheWorld, 'plugin'> {
  const importByName = (name: string): Promise<unknown> => import(/* webpackIgnore: true */ /* @vite-ignore */ name)
  return { sleep, files: sharedFiles ?? localSharedFiles, load: load ?? importByName }
}
