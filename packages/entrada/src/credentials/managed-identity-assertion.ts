import { AzureAuthorityHosts, parseAuthority } from '../oauth/authority.ts'
import { federationAudience } from '../oauth/federation-audience.ts'
import { hostOf } from '../runtime/host.ts'
import type { TokenCredential } from '../types.ts'

export interface ManagedIdentityAssertionOptions {
  /** Authority of the application's tenant; default `AZURE_AUTHORITY_HOST`, else the public cloud. It decides the audience. */
  authorityHost?: string
}

/**
 * A managed identity in the place of an application's secret: the `getAssertion` of a `ClientAssertionCredential` whose
 * application trusts the identity (a federated identity credential with the tenant's issuer and the identity's object id).
 * The identity's token is cached by its own credential, and the application's by the other; each is asked for when it
 * has to be. The caller closes `identity`.
 *
 * ```ts
 * new ClientAssertionCredential(tenantId, clientId, managedIdentityAssertion(new ManagedIdentityCredential(id)))
 * ```
 *
 * @param identity - A `ManagedIdentityCredential`.
 * @throws TypeError for what is no credential, and for an authority that is none.
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
    if (access === null) throw new TypeError(`${who}: the identity gave no token. Pass a ManagedIdentityCredential.`)
    return access.token
  }
}

function authorityOf({ authorityHost }: ManagedIdentityAssertionOptions, who: string): string {
  if (authorityHost !== undefined) return parseAuthority(authorityHost, `${who}: authorityHost`)
  const { AZURE_AUTHORITY_HOST } = hostOf(undefined).env
  return AZURE_AUTHORITY_HOST
    ? parseAuthority(AZURE_AUTHORITY_HOST, `${who}: AZURE_AUTHORITY_HOST`)
    : AzureAuthorityHosts.AzurePublicCloud
}
