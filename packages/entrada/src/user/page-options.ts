import type { TokenStore } from '../cache/token-store.ts'
import { isPage, type Page, thisPage } from '../runtime/page.ts'
import { checkRequired } from '../source/required-arguments.ts'
import { checkRecord } from './authentication-record.ts'
import type {
  InteractiveBrowserCredentialInBrowserOptions,
  InteractiveBrowserCredentialNodeOptions,
} from './interactive-browser-options.ts'

/** How a person signs in to a web page. */
export interface PageChoice {
  page: Page
  style: 'popup' | 'redirect'
  redirectUri: string
  prompt: string | undefined
  loginHint: string | undefined
  timeoutMs: number
  /** Whether the tokens are kept in the tab's storage rather than in the caller's store. */
  isKeptInTab: boolean
  /** Passed along, so that the code that is loaded on demand does not import it. */
  readRecord: typeof checkRecord
}

type Options = InteractiveBrowserCredentialNodeOptions & Partial<InteractiveBrowserCredentialInBrowserOptions>

/**
 * What the options mean in a web page; `undefined` if this is not one. Throws `CredentialUnavailableError` if there is
 * no client id, and a `TypeError` for an invalid option.
 */
export function pageChoice(name: string, options: Options): PageChoice | undefined {
  const page = options?.host?.page ?? (isPage() ? thisPage : undefined)
  if (page === undefined) return undefined
  const { clientId = options.authenticationRecord?.clientId, loginStyle: style = 'popup' } = options
  // The default application, Microsoft's own, has no redirect URI in anybody else's page.
  checkRequired(name, { clientId })
  if (style !== 'popup' && style !== 'redirect') {
    throw new TypeError(`${name}: options.loginStyle must be 'popup' or 'redirect'.`)
  }
  const { prompt, loginHint, timeoutInMs: timeoutMs = 300_000 } = options
  const redirectUri = redirectUriIn(page, options.redirectUri, name)
  const isKeptInTab = options.tokenStore === undefined
  return { page, style, redirectUri, prompt, loginHint, timeoutMs, isKeptInTab, readRecord: checkRecord }
}

/** The options with the tab's storage as the store, unless there is another. Its code is loaded on first use. */
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

/** The caller's redirect URI, or the page's origin. A page of another origin could not hand the response back. */
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
