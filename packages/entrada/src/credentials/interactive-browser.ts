import { CredentialUnavailableError } from '../errors.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import { canListen } from '../runtime/can-listen.ts'
import { toolHostOf } from '../runtime/tools.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import type { AuthenticationRecord } from './authentication-record.ts'
import type { CredentialContext } from './context.ts'
import { checkBrowserOptions } from './interactive-browser-options.ts'
import { type PageChoice, pageChoice, withTabStore } from './page-options.ts'
import { type InteractiveCredentialOptions, type UserIdentity, userIdentity } from './user-options.ts'
import { UserSignIn, type UserSignInOptions } from './user-sign-in.ts'

/** What the person sees at the end, in place of our own pages: whole HTML documents. */
export interface BrowserCustomizationOptions {
  browserCustomizationOptions?: {
    /** Shown when the sign-in has failed. */
    errorMessage?: string
    /** Shown when it has succeeded. */
    successMessage?: string
  }
}

export interface InteractiveBrowserCredentialNodeOptions
  extends InteractiveCredentialOptions,
    BrowserCustomizationOptions {
  /** Default `organizations` for the default client, `common` for another. */
  tenantId?: string
  /** An application that is registered for `http://localhost`. Default the Azure CLI's. */
  clientId?: string
  /** `http://localhost`, with a port for a fixed one, and a path. Default `http://localhost` with a port that is free. */
  redirectUri?: string | (() => string)
  /** The name to sign in with, filled in for the person. */
  loginHint?: string
  /** Default `login` with a `loginHint`, else `select_account`; neither where the account is known. */
  prompt?: 'login' | 'select_account' | 'consent' | 'create' | 'none'
  /** How long the person may take, in milliseconds; default 300,000. */
  timeoutInMs?: number
  /** Opens the page, where this machine's browser is not the one. What it throws, or rejects with, ends the sign-in. */
  openBrowser?: (url: string) => unknown
  /** Accepted, without effect: there is no broker in this sign-in. An event says so. */
  brokerOptions?: unknown
}

/** Options of a web page, of which a program takes no notice. */
export interface InteractiveBrowserCredentialInBrowserOptions extends InteractiveBrowserCredentialNodeOptions {
  clientId: string
  /** Default `popup`. */
  loginStyle?: BrowserLoginStyle
}

export type BrowserLoginStyle = 'redirect' | 'popup'

/**
 * Signs in the person at this machine, in the system's browser: the code comes back to a port on loopback, posted as a
 * form, with PKCE, state and nonce.
 *
 * The first `getToken`, or `authenticate()`, opens one window however many wait. Where there is no browser (a container,
 * SSH, a codespace) it rejects at once with `CredentialUnavailableError`; so it does when nobody signs in in time.
 *
 * ```ts
 * const credential = new InteractiveBrowserCredential()
 * const record = await credential.authenticate('https://graph.microsoft.com/.default')
 * ```
 */
export class InteractiveBrowserCredential implements EntradaCredential {
  readonly name = 'InteractiveBrowserCredential'
  readonly #user: UserSignIn

  /** @throws TypeError for an option that can't be. */
  constructor(options: InteractiveBrowserCredentialNodeOptions | InteractiveBrowserCredentialInBrowserOptions = {}) {
    const page = pageChoice(this.name, options)
    const own = withTabStore(options, page)
    this.#user = interactiveTokens(userIdentity(this.name, own), own, page)
    polyfillAsyncDispose(this)
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#user.getToken(scopes, options)
  }

  getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return this.#user.getTokenInfo(scopes, options)
  }

  /** Signs a person in, if nobody is; without scopes, for the cloud's resource manager. Gives who it is. */
  authenticate(scopes?: string | string[], options?: GetTokenOptions): Promise<AuthenticationRecord> {
    return this.#user.authenticate(scopes, options)
  }

  /** Removes the account's tokens, from the `tokenStore` too. The next `getToken` asks again. */
  signOut(): Promise<void> {
    return this.#user.signOut()
  }

  close(): Promise<void> {
    return this.#user.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** The tokens of who signs in, for the credential and for the default chain. */
export function interactiveTokens(
  identity: UserIdentity,
  options: InteractiveBrowserCredentialNodeOptions = {},
  page?: PageChoice,
): UserSignIn {
  const { context } = identity
  const { redirectUri: given, browserCustomizationOptions: pages = {}, timeoutInMs: timeoutMs = 300_000 } = options
  const redirectUri = page !== undefined ? undefined : typeof given === 'function' ? given() : given
  const uri = checkBrowserOptions(context.name, { ...options, redirectUri })
  if (options.brokerOptions !== undefined) {
    context.emit({ type: 'warning', message: 'the option brokerOptions has no effect. The system browser is used.' })
  }
  return new UserSignIn({
    ...identity,
    isAutomatic: options.disableAutomaticAuthentication !== true,
    needsPerson: true,
    ...(page && inPage(identity, page)),
    async ask(asked) {
      if (page !== undefined) return (await import('./ask-in-page.ts')).askInPage(asked, context, page)
      // The seam between a program and a web page, by what each can do: a page can't listen.
      if (!canListen()) throw cannotListen(context)
      const { askInBrowser } = await import('./ask-in-browser.ts')
      const choice = {
        prompt: options.prompt,
        loginHint: options.loginHint,
        openBrowser: options.openBrowser,
        pages: { success: pages.successMessage, error: pages.errorMessage },
        uri,
        timeoutMs,
      }
      return askInBrowser(asked, context, choice, toolHostOf(context.host))
    },
  })
}

/** What only a web page does: it finds who was here before, and ends the session at the authority. */
function inPage(identity: UserIdentity, page: PageChoice): Pick<UserSignInOptions, 'begin' | 'leave'> {
  return {
    begin: async (signal) => (await import('./ask-in-page.ts')).beginInPage(identity, page, signal),
    leave: async () => (await import('./ask-in-page.ts')).leaveInPage(identity, page),
  }
}

function cannotListen({ name }: CredentialContext): CredentialUnavailableError {
  const mend = 'Use DeviceCodeCredential.'
  const message = `${name}: this runtime can't listen for the answer to a sign-in. ${mend}`
  return new CredentialUnavailableError(message, { mend })
}
