import { checkPage } from './authorization-url.ts'
import { type BrowserHost, whyNoBrowser } from './no-browser.ts'

/** A program that opens a page; it may end long before the browser does. */
interface Opener {
  exitCode: number | null
  once(event: 'exit', listener: (code: number | null) => void): unknown
}

/** The package `open`, as far as it is used. */
export interface OpenModule {
  default(target: string): Promise<Opener>
}

/**
 * Opens a page in this machine's browser: the package `open` does it, which starts the system's own opener without a
 * shell. Never resolves; rejects with the reason where no browser is here, or its opener fails.
 */
export async function startBrowser(url: string, host: BrowserHost, load: () => Promise<OpenModule>): Promise<never> {
  const why = whyNoBrowser(host)
  if (why !== undefined) throw new Error(why)
  const page = checkPage(url)
  const { default: open } = await load()
  const opener = await open(page)
  return new Promise((_, reject) => {
    const check = (code: number | null): void => {
      if (code) reject(new Error(`the opener of pages ended with code ${code}`))
    }
    check(opener.exitCode)
    opener.once('exit', check)
  })
}
