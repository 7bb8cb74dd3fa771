import { CredentialUnavailableError } from '../errors.ts'
import { type AskedRegion, discoverRegion, readRegion, regionalAuthority } from '../oauth/region.ts'
import type { TokenEndpoint } from '../oauth/token-endpoint.ts'
import type { IssuedToken } from '../types.ts'
import type { CredentialContext } from './context.ts'

/** Sends the current request to a token endpoint. */
type Ask = (endpoint: TokenEndpoint) => Promise<IssuedToken>

/** A token, and the region whose endpoint gave it. */
type RegionalToken = IssuedToken & { region?: string }

/** Sends the current request to the region's endpoint, or to the global one. */
export type AskRegion = (ask: Ask, signal: AbortSignal) => Promise<RegionalToken>

/**
 * Uses the regional endpoint that `AZURE_REGIONAL_AUTHORITY_NAME` names or asks to discover. If there is none, or it
 * cannot be reached, the global endpoint is used from then on. Throws a `TypeError` for an invalid region name.
 */
export function regional(endpoint: TokenEndpoint, context: CredentialContext): AskRegion {
  const { authority, host, http, emit } = context
  const asked = regionOf(context)
  let name = asked === 'auto' ? undefined : asked?.name
  let isSettled = asked !== 'auto'
  return async (ask, signal) => {
    if (!isSettled) {
      name = await discoverRegion({ env: host.env, http, emit, signal })
      isSettled = true
    }
    if (name === undefined) return ask(endpoint)
    try {
      const issued = await ask({ ...endpoint, authority: regionalAuthority(authority, name), audience: authority })
      return { ...issued, region: name }
    } catch (error) {
      if (signal.aborted || (error as { statusCode?: unknown }).statusCode !== 0) throw error
      const message = `the endpoint of the region ${name} cannot be reached; the global one is used from now on.`
      emit({ type: 'warning', message })
      name = undefined
      return ask(endpoint)
    }
  }
}

/** In the default chain an unusable variable makes its members unavailable, but the chain goes on. */
function regionOf({ host, name, quote, isMember }: CredentialContext): AskedRegion | undefined {
  try {
    return readRegion(host.env, name, quote)
  } catch (error) {
    if (!isMember) throw error
    const reason = 'AZURE_REGIONAL_AUTHORITY_NAME is not the name of a region.'
    throw new CredentialUnavailableError({
      who: name,
      reason,
      remedy: 'Use a name such as westus2, or AutoDiscoverRegion.',
    })
  }
}
