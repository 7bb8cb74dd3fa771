import { clientSecret } from '../oauth/client-authentication.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import { type CredentialContext, openContext } from './context.ts'
import { TokenSource } from './credential.ts'
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
    this.#tokens = clientSecretTokens({ tenantId, clientId, secret: clientSecret }, openContext(name, options))
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

/** The tokens of an application with a secret, for the credential of that name and the environment's. */
export function clientSecretTokens(
  app: { tenantId: string; clientId: string; secret: string },
  context: CredentialContext,
): TokenSource {
  const { name: credential, authority, http, host, emit } = context
  const { tenantId, clientId } = app
  const endpoint = {
    credential,
    authority,
    clientId,
    authenticate: clientSecret(app.secret),
    http,
    now: host.now,
    emit,
  }
  return new TokenSource({
    context,
    tenantId,
    clientId,
    async acquire(request, signal) {
      const { clientCredentials, requestToken } = await import('../oauth/token-endpoint.ts')
      return requestToken(endpoint, clientCredentials, { ...request, signal })
    },
  })
}
