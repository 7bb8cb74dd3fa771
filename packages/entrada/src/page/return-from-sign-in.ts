import { isPage, thisPage } from '../runtime/page.ts'

/**
 * For the page at a redirect URI, to be called first there: hands the response in a popup's address to the page that
 * opened it, removes it from the address bar, and closes the window. Needed if a `Cross-Origin-Opener-Policy` keeps the
 * pages apart. Resolves to whether there was a response and the other page took it: then there is nothing left to do.
 */
export async function returnFromSignIn(): Promise<boolean> {
  if (!isPage()) return false
  const { handOverIfPopup } = await import('./hand-over.ts')
  return handOverIfPopup(thisPage)
}
