/**
 * Access to an MSAL cache document, wherever it is kept: in a file, in the system's secret store, behind a plug-in.
 * `@entrada/keyring` provides access to the system's secret store.
 */
export interface MsalCacheAccess {
  /** The document's text; `undefined` if there is none. Rejects if it cannot be read. */
  read(): Promise<string | undefined>
  /**
   * Changes the document while no other program does: `change` receives the current text and returns the new one, or
   * `undefined` to leave it as it is. Rejects if it cannot be written; the document is then unchanged.
   */
  update(change: (text: string | undefined) => string | undefined): Promise<void>
}

/** Why a document is not available here, and what to do. */
export interface NoAccess {
  reason: string
  remedy: string
  cause?: unknown
  /** Set if the result stays the same as long as the files that were examined do. */
  isLasting?: boolean
}
