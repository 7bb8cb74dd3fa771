import { type RefreshTokenOwner, RefreshTokens } from '../cache/refresh-tokens.ts'
import type { Subject, TokenRequest } from '../cache/token-request.ts'
import type { TokenKey } from '../cache/token-store.ts'
import { environmentOf } from '../oauth/authority.ts'
import type { Grant } from '../oauth/grants.ts'
import type { IssuedToken } from '../types.ts'
import { type Application, endpointOf } from './application-source.ts'
import type { CredentialContext } from './context.ts'
import type { CredentialSource } from './credential-source.ts'
import { HashedSubjects } from './hashed-subjects.ts'
import { TokenSource } from './token-source.ts'

/** All the grants, which are loaded with the first request. */
type Grants = typeof import('../oauth/grants.ts')

/** Sends a grant for the current request, and keeps the refresh token that it yields. */
export type SendGrant = (grant: (grants: Grants) => Grant) => Promise<IssuedToken>

export interface UserTokensOptions {
  app: Application
  context: CredentialContext
  /** Gets a token if no refresh token can. `again` starts over, in case a refresh token has arrived in the meantime. */
  obtain(request: TokenRequest, send: SendGrant, again: () => Promise<IssuedToken>): Promise<IssuedToken>
}

/** The tokens of users: a refresh token is used first, and dropped if it is refused; then `obtain` is called. */
export function userTokens({ app, context, obtain }: UserTokensOptions): TokenSource {
  const endpoint = endpointOf(app, context)
  const environment = environmentOf(context.authority)
  const refreshKeyOf = ({ subject }: RefreshTokenOwner): TokenKey => {
    return { kind: 'refresh', partition: subject.id, environment, clientId: app.clientId, cae: false }
  }
  const { second, host } = context
  const refreshTokens = new RefreshTokens(second && { ...second, refreshKeyOf, now: host.now })

  async function acquire(request: TokenRequest, signal: AbortSignal): Promise<IssuedToken> {
    // Every call of this source has a user.
    const owner = { subject: request.subject as Subject }
    const { requestToken } = await import('../oauth/token-endpoint.ts')
    const grants = await import('../oauth/grants.ts')
    const send: SendGrant = async (grant) => {
      const issued = await requestToken(endpoint, grant(grants), { ...request, signal })
      if (issued.refreshToken !== undefined) await refreshTokens.set(owner, issued.refreshToken)
      return issued
    }
    const held = await refreshTokens.get(owner, signal)
    if (held !== undefined) {
      try {
        return await send(({ refreshToken }) => refreshToken(held))
      } catch (error) {
        const { isInvalidGrant } = await import('../oauth/refusal.ts')
        if (!isInvalidGrant(error)) throw error
        if (!refreshTokens.drop(owner, held)) return acquire(request, signal)
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

/** The tokens of a single user, whom `secret` identifies. */
export function tokensOfUser(tokens: TokenSource, name: string, secret: string): CredentialSource {
  const subjects = new HashedSubjects(name)
  return {
    peek: (scopes, options) => {
      const subject = subjects.known(secret)
      return subject && tokens.peek(scopes, options, subject)
    },
    getToken: async (scopes, options) => tokens.getToken(scopes, options, await subjects.of(secret)),
    getTokenInfo: async (scopes, options) => tokens.getTokenInfo(scopes, options, await subjects.of(secret)),
    close: () => {
      subjects.forget()
      return tokens.close()
    },
  }
}
