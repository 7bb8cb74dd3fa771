import { clientSecret as secretOf } from '../oauth/client-authentication.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import { applicationTokens } from './application.ts'
import { openContext } from './context.ts'
import type { TokenSource } from './credential.ts'
import type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  MultiTenantTokenCredentialOptions,
} from './options.ts'
import { checkRequired } from './required.ts'

export interface ClientSecretCredentialOptions
  extends MultiTenantTokenCredentialOptions,
    CredentialPersistenceOptions,
    AuthorityValidationOptions {}

/**
 * Signs an application in with its client secret (the client credentials grant, RFC 6749, 4.4).
 *
 * `getToken` rejects with `AuthenticationError` when Entra ID refuses or can't be reached.
 *
 * ```ts
 * await using credential = new ClientSecretCredential(tenantId, clientId, clientSecret)
 * const client = new SecretClient(vaultUrl, credential)
 * ```
 */
export class ClientSecretCredential implements EntradaCredential {
  readonly name = 'ClientSecretCredential'
  readonly #tokens: TokenSource

  /**
   * @param tenantId - Id (a GUID) or domain of the tenant in which the application is registered or consented to.
   * @param clientId - Id of the application.
   * @param clientSecret - A secret's value, not its id.
   * @throws CredentialUnavailableError for a missing argument, `TypeError` for a malformed one.
   */
  constructor(tenantId: string, clientId: string, clientSecret: string, options?: ClientSecretCredentialOptions) {
    const name = 'ClientSecretCredential'
    checkRequired(name, { tenantId, clientId, clientSecret })
    checkTenant(tenantId, `${name}: tenantId`)
    this.#tokens = applicationTokens(
      { tenantId, clientId, authenticate: secretOf(clientSecret) },
      openContext(name, options),
    )
    polyfillAsyncDispose(this)
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#tokens.getToken(scopes, options)
  }

  getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return this.#tokens.getTokenInfo(scopes, options)
  }

  close(): Promise<void> {
    return this.#tokens.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
