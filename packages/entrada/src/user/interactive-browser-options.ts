import type { Quote } from '../runtime/quoted.ts'
import { isProcess } from '../runtime/which-runtime.ts'
import { anyLoopback, type LoopbackUri, parseLoopbackUri } from '../sign-in/loopback-uri.ts'
import type { InteractiveCredentialOptions } from './user-options.ts'

/** What the browser shows at the end of a sign-in. */
export interface BrowserCustomizationOptions {
  /**
   * Whole HTML documents, `successMessage` and `errorMessage`, that the person sees at the end instead of our own
   * pages.
   */
  browserCustomizationOptions?: {
    /** Shown when the sign-in has failed. */
    errorMessage?: string
    /** Shown when it has succeeded. */
    successMessage?: string
  }
}

/** How the operating system's broker would sign the person in. */
export interface BrokerEnabledOptions {
  /** A broker is used. */
  enabled: true
  /** Lets personal accounts sign in through the window for work accounts. */
  legacyEnableMsaPassthrough?: boolean
  /** The handle of the window that the broker's window belongs to. */
  parentWindowHandle: Uint8Array
  /** Signs in with the operating system's account, without asking. */
  useDefaultBrokerAccount?: boolean
}

/** No broker. */
export interface BrokerDisabledOptions {
  /** No broker. */
  enabled: false
  /** Only with a broker. */
  legacyEnableMsaPassthrough?: undefined
  /** Only with a broker. */
  parentWindowHandle: undefined
}

/** Whether a broker is to be used, as `@azure/identity` has it. Without effect here. */
export type BrokerOptions = BrokerEnabledOptions | BrokerDisabledOptions

/** Options about a broker, as `@azure/identity` has them. */
export interface BrokerAuthOptions {
  /** Accepted, but has no effect: this sign-in does not use a broker. If it is enabled, an event says so. */
  brokerOptions?: BrokerOptions
}

/** Options of `InteractiveBrowserCredential` in a program. */
export interface InteractiveBrowserCredentialNodeOptions
  extends InteractiveCredentialOptions,
    BrowserCustomizationOptions,
    BrokerAuthOptions {
  /** Id or domain of the tenant to sign in to. Default `organizations`; `common` if `clientId` is given. */
  tenantId?: string
  /** An application that is registered for `http://localhost`. Default: the Azure CLI's. */
  clientId?: string
  /**
   * Where the browser returns to: `http://localhost`, optionally with a port and a path. Default: `http://localhost` with any free
   * port. In a web page: a page of the same origin, by default the origin itself.
   */
  redirectUri?: string | (() => string)
  /** The user name to fill in for the person. */
  loginHint?: string
  /** What Entra ID asks the person for. Default: `login` with a `loginHint`, or else `select_account`; nothing if the account is known. */
  prompt?: 'login' | 'select_account' | 'consent' | 'create' | 'none'
  /** How long the person may take, in milliseconds; default 300,000. */
  timeoutInMs?: number
  /** Opens the page, instead of this machine's browser. If it throws or rejects, the sign-in ends with that error. */
  openBrowser?: (url: string) => unknown
}

/** Options for a web page, which a program ignores. */
export interface InteractiveBrowserCredentialInBrowserOptions extends InteractiveBrowserCredentialNodeOptions {
  /**
   * The application (client) id; in a program by default the Azure CLI's. A web page has to have one, with its address registered
   * as a single-page application.
   */
  clientId: string
  /**
   * `popup` (the default) opens a window, which browsers allow after a click; `redirect` leaves the page and returns.
   */
  loginStyle?: BrowserLoginStyle
}

/** How a web page sends its user to Entra ID: in a window, or by leaving and coming back. */
export type BrowserLoginStyle = 'redirect' | 'popup'

const prompts = ['login', 'select_account', 'consent', 'create', 'none']

/**
 * Checks the options that only `InteractiveBrowserCredential` has, and returns where a program listens; a page's
 * redirect URI is checked elsewhere. Throws a `TypeError` that names the option.
 */
export function checkBrowserOptions(
  name: string,
  options: Omit<InteractiveBrowserCredentialNodeOptions, 'redirectUri'> & { redirectUri: unknown },
  quote: Quote,
): LoopbackUri {
  const { redirectUri, loginHint, prompt, timeoutInMs, openBrowser, browserCustomizationOptions: pages } = options
  const fault = (option: string, words: string): TypeError =>
    new TypeError(`${name}: options.${option} must be ${words}.`)
  if (loginHint !== undefined && !isLine(loginHint)) throw fault('loginHint', 'the name that a person signs in with')
  if (prompt !== undefined && !prompts.includes(prompt)) throw fault('prompt', `one of ${prompts.join(', ')}`)
  if (timeoutInMs !== undefined && !(Number.isFinite(timeoutInMs) && timeoutInMs > 0)) {
    throw fault('timeoutInMs', 'a number of milliseconds above 0')
  }
  if (openBrowser !== undefined && typeof openBrowser !== 'function') {
    throw fault('openBrowser', 'a function that opens a page')
  }
  if (pages !== undefined && (typeof pages !== 'object' || pages === null)) {
    throw fault('browserCustomizationOptions', 'an object')
  }
  for (const page of ['successMessage', 'errorMessage'] as const) {
    if (pages?.[page] !== undefined && typeof pages[page] !== 'string') {
      throw fault(`browserCustomizationOptions.${page}`, 'a string of HTML')
    }
  }
  if (redirectUri === undefined || !isProcess()) return anyLoopback
  return parseLoopbackUri(redirectUri, `${name}: options.redirectUri`, quote)
}

function isLine(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !/\p{Cc}/u.test(value)
}
