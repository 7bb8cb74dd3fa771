import type { ClientAuthentication } from '../oauth/client-authentication.ts'
import type { Grant } from '../oauth/grants.ts'
import { authorityKind } from '../oauth/tenant.ts'
import type { TokenEndpoint } from '../oauth/token-endpoint.ts'
import { settingOf } from '../runtime/environment.ts'
import type { IssuedToken } from '../types.ts'
import type { CredentialContext } from './context.ts'
import type { AskRegion } from './regional-endpoint.ts'
import { TokenSource } from './token-source.ts'

/** An application, and how it authenticates itself. */
export interface Application {
  tenantId: string
  clientId: string
  authenticate: ClientAuthentication
}

/** An application that asks for itself (RFC 6749, 4.4). */
const clientCredentials: Grant = { fields: { grant_type: 'client_credentials' }, scopes: [] }

/** The token endpoint as an application sees it. */
export function endpointOf({ clientId, authenticate }: Application, context: CredentialContext): TokenEndpoint {
  const { name: credential, authority, http, host, emit } = context
  return { credential, authority, clientId, authenticate, http, now: host.now, emit }
}

/** Throws `TypeError` if an application is expected to have a user's name. In the default chain it may be another member that has. */
export function checkExpectsNobody({ name, options, isMember }: CredentialContext): void {
  if (options.expect?.username && !isMember) throw new TypeError(`${name}: expect.username is for users.`)
}

/** The tokens of an application that asks for itself (the client credentials grant). */
export function applicationTokens(app: Application, context: CredentialContext): TokenSource {
  checkExpectsNobody(context)
  const endpoint = endpointOf(app, context)
  const region = settingOf(context.host.env, 'AZURE_REGIONAL_AUTHORITY_NAME')
  let atRegion: AskRegion | undefined
  return new TokenSource({
    context,
    tenantId: app.tenantId,
    clientId: app.clientId,
    prove: async ({ tenantId }, signal) =>
      (await import('../oauth/client-proof.ts')).prove({ ...app, authority: context.authority, tenantId }, signal),
    async acquire(request, signal) {
      const { requestToken } = await import('../oauth/token-endpoint.ts')
      const ask = (where: TokenEndpoint): Promise<IssuedToken> =>
        requestToken(where, clientCredentials, { ...request, signal })
      if (region === undefined || authorityKind(request.tenantId) === 'adfs') return ask(endpoint)
      const { regional } = await import('./regional-endpoint.ts')
      atRegion ??= regional(endpoint, context)
      return atRegion(ask, signal)
    },
  })
}
