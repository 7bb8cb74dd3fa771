import type { TokenStore } from '../cache/token-store.ts'
import { isPage, type Page, thisPage } from '../runtime/page.ts'
import type {
  InteractiveBrowserCredentialInBrowserOptions,
  InteractiveBrowserCredentialNodeOptions,
} from './interactive-browser.ts'
import { checkRecord } from './record-json.ts'
import { checkRequired } from './required.ts'

/** How a person signs in to a web page. */
export interface PageChoice {
  page: Page
  style: 'popup' | 'redirect'
  redirectUri: string
  prompt: string | undefined
  loginHint: string | undefined
  timeoutMs: number
  /** Whether the tokens are in the tab's storage, and not in a store of the caller's. */
  isKeptInTab: boolean
  /** Handed on, so that what is loaded on demand does not import it from here. */
  readRecord: typeof checkRecord
}

type Options = InteractiveBrowserCredentialNodeOptions & Partial<InteractiveBrowserCredentialInBrowserOptions>

/**
 * What the options say to a web page; `undefined` where this is none. Throws `CredentialUnavailableError` where no
 * application is named, and a `TypeError` for an option that can't be.
 */
export function pageChoice(name: string, options: Options): PageChoice | undefined {
  const page = options?.host?.page ?? (isPage() ? thisPage : undefined)
  if (page === undefined) return undefined
  const { clientId = options.authenticationRecord?.clientId, loginStyle: style = 'popup' } = options
  // Microsoft's own program has no page that anybody else could come back to.
  checkRequired(name, { clientId })
  if (style !== 'popup' && style !== 'redirect') {
    throw new TypeError(`${name}: options.loginStyle must be 'popup' or 'redirect'.`)
  }
  const { prompt, loginHint, timeoutInMs: timeoutMs = 300_000 } = options
  const redirectUri = redirectUriIn(page, options.redirectUri, name)
  const isKeptInTab = options.tokenStore === undefined
  return { page, style, redirectUri, prompt, loginHint, timeoutMs, isKeptInTab, readRecord: checkRecord }
}

/** The options with the tab's storage as the store, unless there is another. Its code is loaded with its first use. */
export function withTabStore<Given extends Options>(options: Given, choice: PageChoice | undefined): Given {
  if (choice?.isKeptInTab !== true) return options
  const open = async (): Promise<TokenStore> => {
    const { sessionTokenStore } = await import('../stores/session-store.ts')
    return sessionTokenStore(choice.page.storage, options.host?.now ?? Date.now)
  }
  const tokenStore: TokenStore = {
    get: async (key) => (await open()).get(key),
    set: async (record) => (await open()).set(record),
    delete: async (key) => (await open()).delete(key),
    list: async (partition) => (await open()).list(partition),
  }
  return { ...options, tokenStore }
}

/** The caller's, or the page's origin. Elsewhere no page could hand the answer back. */
function redirectUriIn(page: Page, given: Options['redirectUri'], name: string): string {
  const { origin } = new URL(page.address())
  const uri: unknown = typeof given === 'function' ? given() : given
  if (uri === undefined) return origin
  const isOurs = typeof uri === 'string' && URL.canParse(uri) && new URL(uri).origin === origin && !uri.includes('#')
  if (isOurs) return uri
  throw new TypeError(
    `${name}: options.redirectUri must be an address of this page's origin, ${origin}, without a fragment.`,
  )
}
