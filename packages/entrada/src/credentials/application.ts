import type { ClientAuthentication } from '../oauth/client-authentication.ts'
import type { Grant } from '../oauth/grants.ts'
import type { TokenEndpoint } from '../oauth/token-endpoint.ts'
import type { IssuedToken } from '../types.ts'
import type { CredentialContext } from './context.ts'
import { TokenSource } from './credential.ts'
import type { AskRegion } from './regional.ts'

/** An application, and how it proves that it is the one. */
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

/** The tokens of an application that asks for itself (the client credentials grant). */
export function applicationTokens(app: Application, context: CredentialContext): TokenSource {
  const endpoint = endpointOf(app, context)
  let atRegion: AskRegion | undefined
  return new TokenSource({
    context,
    tenantId: app.tenantId,
    clientId: app.clientId,
    async acquire(request, signal) {
      const { requestToken } = await import('../oauth/token-endpoint.ts')
      const ask = (where: TokenEndpoint): Promise<IssuedToken> =>
        requestToken(where, clientCredentials, { ...request, signal })
      if (!context.host.env.AZURE_REGIONAL_AUTHORITY_NAME || request.tenantId === 'adfs') return ask(endpoint)
      const { regional } = await import('./regional.ts')
      atRegion ??= regional(endpoint, context)
      return atRegion(ask, signal)
    },
  })
}
