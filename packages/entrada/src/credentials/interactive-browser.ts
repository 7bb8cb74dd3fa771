import { CredentialUnavailableError } from '../errors.ts'
import { isBrowserWorker } from '../runtime/page.ts'
import { isProcess } from '../runtime/which-runtime.ts'
import type { OwnOptions } from '../source/check-options.ts'
import type { CredentialContext } from '../source/context.ts'
import {
  checkBrowserOptions,
  type InteractiveBrowserCredentialInBrowserOptions,
  type InteractiveBrowserCredentialNodeOptions,
} from '../user/interactive-browser-options.ts'
import { type PageChoice, pageChoice, withTabStore } from '../user/page-options.ts'
import { personOptions, type UserIdentity, userIdentity } from '../user/user-options.ts'
import { UserSignIn, type UserSignInOptions } from '../user/user-sign-in.ts'
import { UserCredential } from './user-credential.ts'

/**
 * Signs in the person at this machine, in the system's browser (authorization code flow with PKCE; the code comes back
 * to a port on loopback, RFC 8252). In a web page, signs in the person who is looking at it, in a popup or by a
 * redirect.
 *
 * The first `getToken`, or `authenticate()`, opens the browser, once for all callers. If there is no browser (in a
 * container, over SSH, in a codespace), it rejects at once with `CredentialUnavailableError`; if nobody signs in within
 * `timeoutInMs`, it rejects with the same error then.
 *
 * ```ts
 * const credential = new InteractiveBrowserCredential()
 * const record = await credential.authenticate('https://graph.microsoft.com/.default')
 * ```
 */
export class InteractiveBrowserCredential extends UserCredential {
  /** @throws TypeError for an invalid option. */
  constructor(options: InteractiveBrowserCredentialNodeOptions | InteractiveBrowserCredentialInBrowserOptions = {}) {
    super('InteractiveBrowserCredential', (name) => {
      const page = pageChoice(name, options)
      const given = withTabStore(options, page)
      return interactiveTokens(userIdentity(name, given, { own: { ...personOptions, ...browserOptions } }), given, page)
    })
  }
}

/** Its options, in addition to those that all credentials, or all credentials for people, share. */
const browserOptions: Omit<OwnOptions<InteractiveBrowserCredentialInBrowserOptions>, keyof typeof personOptions> = {
  browserCustomizationOptions: true,
  redirectUri: true,
  loginHint: true,
  prompt: true,
  timeoutInMs: true,
  openBrowser: true,
  brokerOptions: true,
  loginStyle: true,
}

/** The source of the person's tokens, for the credential and for the default chain. */
export function interactiveTokens(
  identity: UserIdentity,
  options: InteractiveBrowserCredentialNodeOptions = {},
  page?: PageChoice,
): UserSignIn {
  const { context } = identity
  const { redirectUri: given, browserCustomizationOptions: pages = {}, timeoutInMs: timeoutMs = 300_000 } = options
  const redirectUri = page !== undefined ? undefined : typeof given === 'function' ? given() : given
  const uri = checkBrowserOptions(context.name, { ...options, redirectUri }, context.quote)
  if (options.brokerOptions?.enabled === true) {
    context.emit({ type: 'warning', message: 'the option brokerOptions has no effect. The system browser is used.' })
  }
  return new UserSignIn({
    ...identity,
    isAutomatic: options.disableAutomaticAuthentication !== true,
    needsPerson: true,
    ...(page && inPage(identity, page)),
    async ask(asked) {
      if (page !== undefined) return (await import('../user/ask-in-page.ts')).askInPage(asked, context, page)
      // A page was handled above. This is for other runtimes that cannot listen for the response.
      if (!isProcess()) throw cannotListen(context)
      const { askInBrowser } = await import('../user/ask-in-browser.ts')
      // A bundle for browsers leaves this module out, whatever runtime it then runs on.
      if (askInBrowser === undefined) throw cannotListen(context)
      const choice = {
        prompt: options.prompt,
        loginHint: options.loginHint,
        openBrowser: options.openBrowser,
        pages: { success: pages.successMessage, error: pages.errorMessage },
        uri,
        timeoutMs,
      }
      return askInBrowser(asked, context, choice)
    },
  })
}

/**
 * What is done only in a web page: it restores the user of an earlier page load, and ends the session at the authority.
 */
function inPage(identity: UserIdentity, page: PageChoice): Pick<UserSignInOptions, 'begin' | 'leave'> {
  return {
    begin: async (signal) => (await import('../user/ask-in-page.ts')).beginInPage(identity, page, signal),
    leave: async () => (await import('../user/ask-in-page.ts')).leaveInPage(identity, page),
  }
}

function cannotListen({ name: who }: CredentialContext): CredentialUnavailableError {
  const problem = isBrowserWorker()
    ? {
        reason: 'a worker has no window to sign in with.',
        remedy: 'Sign in on a page, and pass the token to the worker.',
      }
    : { reason: 'this runtime cannot listen for a sign-in response.', remedy: 'Use DeviceCodeCredential.' }
  return new CredentialUnavailableError({ who, ...problem })
}
