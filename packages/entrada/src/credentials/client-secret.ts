import { clientSecret as secretOf } from '../oauth/client-authentication.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { applicationTokens } from '../source/application-source.ts'
import { openContext } from '../source/context.ts'
import type { CredentialOptions } from '../source/options.ts'
import { checkRequired } from '../source/required-arguments.ts'
import { Credential } from './credential.ts'

/** Options of `ClientSecretCredential`. */
export interface ClientSecretCredentialOptions extends CredentialOptions {}

/**
 * Signs an application in with its client secret (the client credentials grant, RFC 6749, 4.4).
 *
 * `getToken` rejects with `AuthenticationError` if Entra ID refuses or cannot be reached.
 *
 * ```ts
 * await using credential = new ClientSecretCredential(tenantId, clientId, clientSecret)
 * const client = new SecretClient(vaultUrl, credential)
 * ```
 */
export class ClientSecretCredential extends Credential {
  /**
   * @param tenantId - Id (a GUID) or domain of the tenant in which the application is registered, or has been consented to.
   * @param clientId - The application (client) id.
   * @param clientSecret - The secret's value, not its id.
   * @throws CredentialUnavailableError for a missing argument, `TypeError` for a malformed one.
   */
  constructor(tenantId: string, clientId: string, clientSecret: string, options?: ClientSecretCredentialOptions) {
    super('ClientSecretCredential', (name) => {
      checkRequired(name, { tenantId, clientId, clientSecret })
      const context = openContext(name, options, { tenantId, secrets: [clientSecret] })
      checkTenant(tenantId, `${name}: tenantId`, context.quote)
      return applicationTokens({ tenantId, clientId, authenticate: secretOf(clientSecret) }, context)
    })
  }
}
