import { AzureAuthorityHosts, parseAuthority } from '../oauth/authority.ts'
import { federationAudience } from '../oauth/federation-audience.ts'
import { settingOf } from '../runtime/environment.ts'
import { hostOf } from '../runtime/host.ts'
import { quoteFor } from '../runtime/quoted.ts'
import type { TokenCredential } from '../types.ts'

/** Options of `managedIdentityAssertion`. */
export interface ManagedIdentityAssertionOptions {
  /**
   * Authority of the application's tenant; default `AZURE_AUTHORITY_HOST`, or else the public cloud. It determines the
   * audience.
   */
  authorityHost?: string
}

/**
 * Uses a managed identity instead of an application's secret: the `getAssertion` of a `ClientAssertionCredential` whose
 * application trusts the identity (a federated identity credential with the tenant's issuer and the identity's object
 * id). The identity's token is cached by its own credential, and the application's token by the
 * `ClientAssertionCredential`. The caller must close `identity`.
 *
 * ```ts
 * new ClientAssertionCredential(tenantId, clientId, managedIdentityAssertion(new ManagedIdentityCredential(id)))
 * ```
 *
 * @param identity - A `ManagedIdentityCredential`.
 * @throws TypeError for an argument that is not a credential, and for an invalid authority.
 */
export function managedIdentityAssertion(
  identity: TokenCredential,
  options: ManagedIdentityAssertionOptions = {},
): () => Promise<string> {
  const who = 'managedIdentityAssertion'
  if (typeof identity?.getToken !== 'function') {
    throw new TypeError(`${who}: the identity has no getToken. Pass a ManagedIdentityCredential.`)
  }
  const scope = `${federationAudience(authorityOf(options, who))}/.default`
  return async () => {
    const access = await identity.getToken(scope)
    if (access === null)
      throw new TypeError(`${who}: the identity returned no token. Pass a ManagedIdentityCredential.`)
    return access.token
  }
}

function authorityOf({ authorityHost }: ManagedIdentityAssertionOptions, who: string): string {
  const { env } = hostOf(undefined)
  const options = { tenants: [settingOf(env, 'AZURE_TENANT_ID')], quote: quoteFor([], env) }
  if (authorityHost !== undefined) return parseAuthority(authorityHost, `${who}: authorityHost`, options)
  const named = settingOf(env, 'AZURE_AUTHORITY_HOST')
  return named !== undefined
    ? parseAuthority(named, `${who}: AZURE_AUTHORITY_HOST`, options)
    : AzureAuthorityHosts.AzurePublicCloud
}
