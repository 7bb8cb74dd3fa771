import { CredentialUnavailableError } from '../errors.ts'
import { claimsParameter } from '../oauth/claims.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { registeredPlugins } from '../plugins/registry.ts'
import type { CredentialContext } from './context.ts'
import { TokenSource } from './credential.ts'
import { developerClientId } from './user-options.ts'

/**
 * The account that is signed in to the operating system, through the broker of the plug-in `@azure/identity-broker`:
 * the last member of the default chain. It asks in silence, and never shows a window.
 */
export function brokerTokens(context: CredentialContext, tenantId: string = 'organizations'): TokenSource {
  const { name: credential, authority, host } = context
  checkTenant(tenantId, `${credential}: tenantId`)
  // No store behind it: a record there would not say whose token it is.
  const own = { ...context, second: undefined }
  let pinned: string | undefined
  return new TokenSource({
    context: own,
    tenantId,
    clientId: developerClientId,
    async acquire(request, signal) {
      const broker = registeredPlugins.nativeBroker
      if (broker === undefined) {
        const mend = 'Install @azure/identity-broker, and call useIdentityPlugin(nativeBrokerPlugin).'
        throw new CredentialUnavailableError(`${credential}: no plug-in for the broker is registered. ${mend}`, {
          mend,
        })
      }
      const { askBroker } = await import('../plugins/ask-broker.ts')
      const { token, homeAccountId } = await askBroker({
        credential,
        broker,
        clientId: developerClientId,
        authority: `${authority}/${request.tenantId}`,
        scopes: request.scopes,
        claims: claimsParameter(request.claims, request.enableCae, credential),
        isChallenged: request.claims !== undefined,
        homeAccountId: pinned,
        signal,
        now: host.now(),
      })
      // From now on it is this account or none: another one would be another identity.
      pinned ??= homeAccountId
      return token
    },
  })
}
