import { CredentialUnavailableError } from '../errors.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { registeredPlugins } from '../plugins/registry.ts'
import type { CredentialContext } from '../source/context.ts'
import { TokenSource } from '../source/token-source.ts'
import { developerClientId } from '../user/user-options.ts'

/**
 * The account that is signed in to the operating system, through the broker of the plug-in `@azure/identity-broker`:
 * the last member of the default chain. It asks silently, and never shows a window.
 */
export function brokerTokens(context: CredentialContext, tenantId: string = 'organizations'): TokenSource {
  const { name: credential, authority, host } = context
  checkTenant(tenantId, `${credential}: tenantId`, context.quote)
  // No store behind it: a record there would not say whose token it is.
  const own = { ...context, second: undefined }
  let pinned: string | undefined
  return new TokenSource({
    context: own,
    tenantId,
    clientId: developerClientId,
    async acquire(request, signal) {
      const broker = registeredPlugins().nativeBroker
      if (broker === undefined) {
        const remedy = 'Install @azure/identity-broker, and call useIdentityPlugin(nativeBrokerPlugin).'
        throw new CredentialUnavailableError({
          who: credential,
          reason: 'no broker plug-in is registered.',
          remedy,
        })
      }
      const { askBroker } = await import('./ask-broker.ts')
      const { claimsParameter } = await import('../oauth/token-endpoint.ts')
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
      // From now on only this account is accepted: a different account would be a different identity.
      pinned ??= homeAccountId
      return token
    },
  })
}
