import type { MsalCacheAccess, NoAccess } from '../msal/access.ts'
import { fileAccess } from '../msal/file-access.ts'
import type { SharedDocument } from '../msal/locations.ts'
import { type CacheWorld, openSharedDocument } from '../msal/open-document.ts'
import { localSharedFiles } from '../runtime/files/shared-files.ts'
import { rebuilt } from '../runtime/foreign-error.ts'
import type { Host } from '../runtime/host.ts'
import { importByName } from '../runtime/import-by-name.ts'
import { oneLine, sentence } from '../runtime/one-line.ts'

/** A document that may hold the account, and whether its access tokens are of the requested kind. */
export interface CandidateDocument {
  where: string
  isOfKind: boolean
  /** Resolves to `undefined` if there is no document. Never rejects. */
  open(): Promise<MsalCacheAccess | NoAccess | undefined>
  /** Makes the next `open` look again, because the account was not there. */
  forget(): void
}

/** The documents to search, in order: the one of the requested kind, then the other one. */
export type DocumentsOf = (enableCae: boolean) => CandidateDocument[]

/**
 * Where to look, and with what. It is passed in by the library's core, so that this part, loaded on demand, does not
 * import the core.
 */
export interface DocumentsOptions {
  /** One file instead of the shared documents. */
  cachePath: string | undefined
  documents: readonly SharedDocument[]
  /** The cache plug-in that is registered at that time, if any. */
  plugin(): CacheWorld['plugin']
}

/** One file if its path is given, or else the documents of the shared cache. Nothing is opened yet. */
export function documentsInOrder(host: Host, { cachePath, documents, plugin }: DocumentsOptions): DocumentsOf {
  const opened = new Map<string, MsalCacheAccess>()
  const world = (): CacheWorld => ({ ...worldOf(host), plugin: plugin() })

  async function openOnce(where: string, open: CandidateDocument['open']): ReturnType<CandidateDocument['open']> {
    const held = opened.get(where)
    if (held !== undefined) return held
    try {
      const access = await open()
      if (access !== undefined && 'read' in access) opened.set(where, access)
      return access
    } catch (error) {
      const cause = rebuilt(error)
      const reason = `${where} cannot be read: ${sentence(oneLine(cause.message, 300))}`
      return { reason, remedy: 'Check that it is a regular file that you may read.', cause }
    }
  }

  function candidate(where: string, isOfKind: boolean, open: CandidateDocument['open']): CandidateDocument {
    return { where, isOfKind, open: () => openOnce(where, open), forget: () => void opened.delete(where) }
  }

  return (enableCae) => {
    // Whether the access tokens in a tool's own file can be revoked is not known, but most tools do not ask for such
    // tokens.
    if (cachePath !== undefined) return [candidate(cachePath, !enableCae, async () => fileAccess(cachePath, world()))]
    return [...documents]
      .sort((left, right) => Number(right.cae === enableCae) - Number(left.cae === enableCae))
      .map((document) => {
        const { name, path = name, cae } = document
        return candidate(path, cae === enableCae, () => openSharedDocument(document, world()))
      })
  }
}

function worldOf({ sleep, sharedFiles, load }: Host): Omit<CacheWorld, 'plugin'> {
  return { sleep, files: sharedFiles ?? localSharedFiles, load: load ?? importByName }
}
