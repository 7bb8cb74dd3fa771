/**
 * A place where a document of MSAL lives: a file, the system's secret store, a plug-in. `@entrada/keyring` gives one
 * for the system's secret store.
 */
export interface MsalCacheAccess {
  /** The document's text; `undefined` where there is none. Rejects if it can't be read. */
  read(): Promise<string | undefined>
  /**
   * Changes the document while no other program does: `change` is given the text as it is then, and gives the new
   * one, or `undefined` to leave it. Rejects if it can't be written; the document is then as it was.
   */
  update(change: (text: string | undefined) => string | undefined): Promise<void>
}

/** Why a document can't be had here, and what to do. */
export interface NoAccess {
  reason: string
  mend: string
  cause?: unknown
  /** It would be the same again, as long as the files that were looked at are the same. */
  isLasting?: boolean
}
