import type { CredentialOptions } from '../source/options.ts'
import { checkRequired } from '../source/required-arguments.ts'
import { userIdentity } from '../user/user-options.ts'
import { UserSignIn } from '../user/user-sign-in.ts'
import { UserCredential } from './user-credential.ts'

/** Options of `UsernamePasswordCredential`. */
export interface UsernamePasswordCredentialOptions extends CredentialOptions {}

/** Options of the constructor without a tenant argument, which can be given here. */
export interface UsernamePasswordCredentialTenantOptions extends UsernamePasswordCredentialOptions {
  /** Id or domain of the user's tenant. Default `organizations`: Entra ID finds it by the user name. */
  tenantId?: string
}

/**
 * Signs a user in by name and password.
 *
 * @deprecated Entra ID requires multi-factor authentication, which this flow cannot do. For people use
 * `InteractiveBrowserCredential` or `DeviceCodeCredential`; for programs use the identity of an application. An event
 * of type `warning` says the same.
 */
export class UsernamePasswordCredential extends UserCredential {
  /** @throws CredentialUnavailableError for a missing argument, `TypeError` for a malformed one. */
  constructor(
    tenantId: string,
    clientId: string,
    username: string,
    password: string,
    options?: UsernamePasswordCredentialOptions,
  )
  /**
   * In the tenant of `options.tenantId`, else in any organization's.
   *
   * @throws CredentialUnavailableError for a missing argument, `TypeError` for a malformed one.
   */
  constructor(clientId: string, username: string, password: string, options?: UsernamePasswordCredentialTenantOptions)
  constructor(...given: readonly unknown[]) {
    super('UsernamePasswordCredential', (name) => {
      // A fourth argument that is given but `undefined` means a missing password, usually an unset variable.
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
      const identity = userIdentity(name, { ...options, tenantId: own, clientId }, { secrets: [password] })
      const message =
        'UsernamePasswordCredential is deprecated: it does not work with multi-factor authentication. Use InteractiveBrowserCredential or DeviceCodeCredential for people, and the identity of an application for programs.'
      identity.context.emit({ type: 'warning', message })
      return new UserSignIn({
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
    })
  }
}

/** Unlike other arguments, a password may begin or end with white space. No message repeats it. */
function checkPassword(name: string, password: unknown): void {
  if (password === undefined || password === null || password === '') checkRequired(name, { password })
  if (typeof password !== 'string') throw new TypeError(`${name}: password must be a string.`)
}
