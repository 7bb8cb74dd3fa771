import { RefreshTokens } from '../cache/refresh-tokens.ts'
import type { TokenRequest } from '../cache/token-request.ts'
import type { TokenKey } from '../cache/token-store.ts'
import type { Grant } from '../oauth/grants.ts'
import type { IssuedToken } from '../types.ts'
import { type Application, endpointOf } from './application.ts'
import type { CredentialContext } from './context.ts'
import { TokenSource } from './credential.ts'

/** Every grant there is. They are loaded with the first request. */
type Grants = typeof import('../oauth/grants.ts')

/** Sends a grant for the request at hand, and keeps the refresh token that it brings. */
export type SendGrant = (grant: (grants: Grants) => Grant) => Promise<IssuedToken>

export interface UserTokensOptions {
  app: Application
  context: CredentialContext
  /** Gets a token where no refresh token does. `again` starts over, for one that has come meanwhile. */
  obtain(request: TokenRequest, send: SendGrant, again: () => Promise<IssuedToken>): Promise<IssuedToken>
}

/**
 * The tokens of users: a refresh token is used first, and dropped when it is refused; then what the credential has of
 * the user is tried.
 */
export function userTokens({ app, context, obtain }: UserTokensOptions): TokenSource {
  const endpoint = endpointOf(app, context)
  const environment = new URL(context.authority).host
  const refreshKeyOf = ({ subject }: TokenRequest): TokenKey => {
    return { kind: 'refresh', partition: subject?.id ?? '', environment, clientId: app.clientId, cae: false }
  }
  const { second, host } = context
  const refreshTokens = new RefreshTokens<TokenRequest>(second && { ...second, refreshKeyOf, now: host.now })

  async function acquire(request: TokenRequest, signal: AbortSignal): Promise<IssuedToken> {
    const { requestToken } = await import('../oauth/token-endpoint.ts')
    const grants = await import('../oauth/grants.ts')
    const send: SendGrant = async (grant) => {
      const issued = await requestToken(endpoint, grant(grants), { ...request, signal })
      if (issued.refreshToken !== undefined) await refreshTokens.set(request, issued.refreshToken)
      return issued
    }
    const { isInvalidGrant } = await import('../oauth/invalid-grant.ts')
    const held = await refreshTokens.get(request, signal)
    if (held !== undefined) {
      try {
        return await send(({ refreshToken }) => refreshToken(held))
      } catch (error) {
        if (!isInvalidGrant(error)) throw error
        if (!refreshTokens.drop(request, held)) return acquire(request, signal)
      }
    }
    return obtain(request, send, () => acquire(request, signal))
  }

  function close(): void {
    refreshTokens.clear()
    context.close()
  }

  return new TokenSource({ context: { ...context, close }, tenantId: app.tenantId, clientId: app.clientId, acquire })
}
