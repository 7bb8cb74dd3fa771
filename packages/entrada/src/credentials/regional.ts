import { readRegion } from '../oauth/region.ts'
import { discoverRegion, regionalAuthority } from '../oauth/regional-authority.ts'
import type { TokenEndpoint } from '../oauth/token-endpoint.ts'
import type { IssuedToken } from '../types.ts'
import type { CredentialContext } from './context.ts'

/** Asks a token endpoint for the request at hand. */
type Ask = (endpoint: TokenEndpoint) => Promise<IssuedToken>

export type AskRegion = (ask: Ask, signal: AbortSignal) => Promise<IssuedToken>

/**
 * Asks the endpoint of the region that `AZURE_REGIONAL_AUTHORITY_NAME` names, or asks to find. Where there is none, or it
 * can't be reached, the global one is asked from then on. Throws a `TypeError` for what is no region.
 */
export function regional(endpoint: TokenEndpoint, context: CredentialContext): AskRegion {
  const { authority, host, http, emit } = context
  const asked = readRegion(host.env, context.name)
  let name = asked === 'auto' ? undefined : asked?.name
  let isSettled = asked !== 'auto'
  return async (ask, signal) => {
    if (!isSettled) {
      name = await discoverRegion({ env: host.env, http, emit, signal })
      isSettled = true
    }
    if (name === undefined) return ask(endpoint)
    try {
      return await ask({ ...endpoint, authority: regionalAuthority(authority, name), audience: authority })
    } catch (error) {
      if (signal.aborted || (error as { statusCode?: unknown }).statusCode !== 0) throw error
      const message = `the endpoint of the region ${name} can not be reached; the global one is used from now on.`
      emit({ type: 'warning', message })
      name = undefined
      return ask(endpoint)
    }
  }
}
