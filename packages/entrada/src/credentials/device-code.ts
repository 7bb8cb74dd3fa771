import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { DeviceCodePrompt } from '../sign-in/device-code.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import type { AuthenticationRecord } from './authentication-record.ts'
import { refuseInPage } from './not-in-page.ts'
import { type InteractiveCredentialOptions, userIdentity } from './user-options.ts'
import { UserSignIn } from './user-sign-in.ts'

/** What to show to the person who signs in. */
export type DeviceCodeInfo = DeviceCodePrompt

/** Shows it. What it throws, or rejects with, ends the sign-in. */
export type DeviceCodePromptCallback = (deviceCodeInfo: DeviceCodeInfo) => void | Promise<void>

export interface DeviceCodeCredentialOptions extends InteractiveCredentialOptions {
  /** Default `organizations` for the default client, `common` for another. */
  tenantId?: string
  /** An application that allows public client flows. Default the Azure CLI's. */
  clientId?: string
  /** Default: prints the message. */
  userPromptCallback?: DeviceCodePromptCallback
}

/**
 * Signs a person in who opens a browser on another device and types a code there: for machines without a browser.
 *
 * The first `getToken`, or `authenticate()`, shows the code and waits until the person has signed in. Rejects with an
 * `AuthenticationError` whose `errorResponse.error` is `expired_token` or `authorization_declined` if they do not.
 *
 * ```ts
 * const credential = new DeviceCodeCredential({ userPromptCallback: ({ message }) => console.log(message) })
 * ```
 */
export class DeviceCodeCredential implements EntradaCredential {
  readonly name = 'DeviceCodeCredential'
  readonly #user: UserSignIn

  /** @throws TypeError for an option that can't be. */
  constructor(options?: DeviceCodeCredentialOptions) {
    const { name } = this
    const identity = userIdentity(name, options)
    const show = options?.userPromptCallback ?? ((info: DeviceCodeInfo): void => console.log(info.message))
    if (typeof show !== 'function') {
      throw new TypeError(`${name}: userPromptCallback must be a function that shows a message to a person.`)
    }
    this.#user = new UserSignIn({
      ...identity,
      isAutomatic: options?.disableAutomaticAuthentication !== true,
      needsPerson: true,
      async ask({ identify, account: _, ...asked }) {
        refuseInPage(identity.context)
        const { signInWithDeviceCode } = await import('../sign-in/device-code.ts')
        const answer = await signInWithDeviceCode({ ...asked, show, sleep: identity.context.host.sleep })
        return { answer, record: await identify(answer) }
      },
    })
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
