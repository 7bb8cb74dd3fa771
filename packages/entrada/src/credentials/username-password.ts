import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import type { AuthenticationRecord } from './authentication-record.ts'
import type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  MultiTenantTokenCredentialOptions,
} from './options.ts'
import { checkRequired } from './required.ts'
import { userIdentity } from './user-options.ts'
import { UserSignIn } from './user-sign-in.ts'

export interface UsernamePasswordCredentialOptions
  extends MultiTenantTokenCredentialOptions,
    CredentialPersistenceOptions,
    AuthorityValidationOptions {}

/** The same with the tenant, which the form without one takes. */
export interface UsernamePasswordCredentialTenantOptions extends UsernamePasswordCredentialOptions {
  /** Default `organizations`: the tenant is found by the name. */
  tenantId?: string
}

/**
 * Signs a user in by name and password.
 *
 * @deprecated Entra ID demands multi-factor authentication, which this flow can't do. Use a person's sign-in
 * (`InteractiveBrowserCredential`, `DeviceCodeCredential`), or an application's identity. An event of type `warning` says
 * the same.
 */
export class UsernamePasswordCredential implements EntradaCredential {
  readonly name = 'UsernamePasswordCredential'
  readonly #user: UserSignIn

  /** @throws CredentialUnavailableError for a missing argument, `TypeError` for a malformed one. */
  constructor(
    tenantId: string,
    clientId: string,
    username: string,
    password: string,
    options?: UsernamePasswordCredentialOptions,
  )
  constructor(clientId: string, username: string, password: string, options?: UsernamePasswordCredentialTenantOptions)
  constructor(...given: readonly unknown[]) {
    const { name } = this
    // A fourth that is given and `undefined` is a password that is missing: a variable that is not set, mostly.
    const isWithoutTenant = given.length < 4 || (typeof given[3] === 'object' && given[3] !== null)
    const [tenantId, clientId, username, password, options] = (isWithoutTenant ? [undefined, ...given] : given) as [
      string,
      string,
      string,
      string,
      UsernamePasswordCredentialTenantOptions | undefined,
    ]
    checkRequired(name, { ...(isWithoutTenant ? {} : { tenantId }), clientId, username })
    checkPassword(name, password)
    const own = isWithoutTenant ? (options?.tenantId ?? 'organizations') : tenantId
    const identity = userIdentity(name, { ...options, tenantId: own, clientId })
    const message =
      'UsernamePasswordCredential is deprecated: it allows no multi-factor authentication. Use InteractiveBrowserCredential or DeviceCodeCredential for people, an application for programs.'
    identity.context.emit({ type: 'warning', message })
    this.#user = new UserSignIn({
      ...identity,
      isAutomatic: true,
      needsPerson: false,
      async ask({ endpoint, identify, account: _, ...request }) {
        const { requestUserToken } = await import('../oauth/token-endpoint.ts')
        const grants = await import('../oauth/grants.ts')
        const answer = await requestUserToken(endpoint, grants.password(username, password), request)
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

  /** Signs the user in, if that has not happened; without scopes, for the cloud's resource manager. Gives who it is. */
  authenticate(scopes?: string | string[], options?: GetTokenOptions): Promise<AuthenticationRecord> {
    return this.#user.authenticate(scopes, options)
  }

  /** Removes the account's tokens, from the `tokenStore` too. The next `getToken` signs in again. */
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

/** A password may begin or end with a blank, and no message repeats it. */
function checkPassword(name: string, password: unknown): void {
  if (password === undefined || password === null || password === '') checkRequired(name, { password })
  if (typeof password !== 'string') throw new TypeError(`${name}: password is no text.`)
}
