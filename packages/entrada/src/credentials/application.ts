import type { ClientAuthentication } from '../oauth/client-authentication.ts'
import { clientCredentials } from '../oauth/grants.ts'
import type { TokenEndpoint } from '../oauth/token-endpoint.ts'
import type { IssuedToken } from '../types.ts'
import type { CredentialContext } from './context.ts'
import { TokenSource } from './credential.ts'

/** An application, and how it proves that it is the one. */
export interface Application {
  tenantId: string
  clientId: string
  authenticate: ClientAuthentication
}

/** The token endpoint as an application sees it. */
export function endpointOf({ clientId, authenticate }: Application, context: CredentialContext): TokenEndpoint {
  const { name: credential, authority, http, host, emit } = context
  return { credential, authority, clientId, authenticate, http, now: host.now, emit }
}

/** The tokens of an application that asks for itself (the client credentials grant). */
export function applicationTokens(app: Application, context: CredentialContext): TokenSource {
  const endpoint = endpointOf(app, context)
  const atRegion = regional(endpoint, context)
  return new TokenSource({
    context,
    tenantId: app.tenantId,
    clientId: app.clientId,
    async acquire(request, signal) {
      const { requestToken } = await import('../oauth/token-endpoint.ts')
      const ask = (where: TokenEndpoint): Promise<IssuedToken> =>
        requestToken(where, clientCredentials, { ...request, signal })
      return atRegion === undefined || request.tenantId === 'adfs' ? ask(endpoint) : atRegion(ask, signal)
    },
  })
}

type Ask = (endpoint: TokenEndpoint) => Promise<IssuedToken>

/**
 * Asks the regional endpoint, if the environment wants one. Where there is no region, or its endpoint can't be reached,
 * the global one is asked from then on.
 */
function regional(
  endpoint: TokenEndpoint,
  context: CredentialContext,
): ((ask: Ask, signal: AbortSignal) => Promise<IssuedToken>) | undefined {
  const { region, authority, host, http, emit } = context
  if (region === undefined) return undefined
  let name: string | undefined = region === 'auto' ? undefined : region.name
  let isSettled = region !== 'auto'
  return async (ask, signal) => {
    const { discoverRegion, regionalAuthority } = await import('../oauth/regional-authority.ts')
    if (!isSettled) {
      name = await discoverRegion({ env: host.env, http, emit, signal })
      isSettled = true
    }
    if (name === undefined) return ask(endpoint)
    try {
      return await ask({ ...endpoint, authority: regionalAuthority(authority, name), audience: authority })
    } catch (error) {
      if (signal.aborted || (error as { statusCode?: unknown }).statusCode !== 0) throw error
      emit({
        type: 'warning',
        message: `the endpoint of the region ${name} can not be reached; the global one is used from now on.`,
      })
      name = undefined
      return ask(endpoint)
    }
  }
}
