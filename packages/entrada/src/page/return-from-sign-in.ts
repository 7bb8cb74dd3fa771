import { isPage, thisPage } from '../runtime/page.ts'

/**
 * For the page at a redirect URI, before anything else there: hands the answer in a popup's address to the page that
 * opened it, takes it out of the address bar, and closes the window. Needed where the pages are kept apart by a
 * `Cross-Origin-Opener-Policy`. Gives whether there was an answer that was taken: then nothing is left to do.
 */
export async function returnFromSignIn(): Promise<boolean> {
  if (!isPage()) return false
  const { handOverIfPopup } = await import('./hand-over.ts')
  return handOverIfPopup(thisPage)
}
