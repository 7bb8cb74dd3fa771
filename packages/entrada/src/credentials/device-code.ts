import type { DeviceCodePrompt } from '../sign-in/device-code.ts'
import type { OwnOptions } from '../source/check-options.ts'
import { refuseInPage } from '../source/page-guard.ts'
import { type InteractiveCredentialOptions, personOptions, userIdentity } from '../user/user-options.ts'
import { UserSignIn } from '../user/user-sign-in.ts'
import { UserCredential } from './user-credential.ts'

/** What to show to the person who signs in. */
export type DeviceCodeInfo = DeviceCodePrompt

/** Shows the code to the person. If it throws or rejects, the sign-in ends with that error. */
export type DeviceCodePromptCallback = (deviceCodeInfo: DeviceCodeInfo) => void | Promise<void>

/** Options of `DeviceCodeCredential`. */
export interface DeviceCodeCredentialOptions extends InteractiveCredentialOptions {
  /** Id or domain of the tenant to sign in to. Default `organizations`; `common` if `clientId` is given. */
  tenantId?: string
  /** The application (client) id; its registration must allow public client flows. Default: the Azure CLI's. */
  clientId?: string
  /** Shows the code to the person. Default: prints the message with `console.log`. */
  userPromptCallback?: DeviceCodePromptCallback
}

/**
 * Signs in a person who opens a browser on another device and types a code there: for machines without a browser.
 *
 * The first `getToken`, or `authenticate()`, shows the code and waits until the person has signed in. If they do not, it
 * rejects with an `AuthenticationError` whose `errorResponse.error` is `expired_token` or `authorization_declined`.
 *
 * ```ts
 * const credential = new DeviceCodeCredential({ userPromptCallback: ({ message }) => console.log(message) })
 * ```
 */
export class DeviceCodeCredential extends UserCredential {
  /** @throws TypeError for an invalid option. */
  constructor(options?: DeviceCodeCredentialOptions) {
    super('DeviceCodeCredential', (name) => {
      const own: OwnOptions<DeviceCodeCredentialOptions> = { ...personOptions, userPromptCallback: true }
      const identity = userIdentity(name, options, { own })
      const show = options?.userPromptCallback ?? ((info: DeviceCodeInfo): void => console.log(info.message))
      if (typeof show !== 'function') {
        throw new TypeError(`${name}: userPromptCallback must be a function that shows a message to a person.`)
      }
      return new UserSignIn({
        ...identity,
        isAutomatic: options?.disableAutomaticAuthentication !== true,
        needsPerson: true,
        async ask({ identify, account: _, ...asked }) {
          refuseInPage(identity.context)
          const { signInWithDeviceCode } = await import('../sign-in/device-code.ts')
          const { sleep, monotonic } = identity.context.host
          const answer = await signInWithDeviceCode({ ...asked, show, sleep, monotonic })
          return { answer, record: await identify(answer) }
        },
      })
    })
  }
}
