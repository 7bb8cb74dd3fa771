import { TokenRejected } from './rejection/token-rejected.ts'
import { challenge } from './requirements.ts'
import { VerifiedCaller, type VerifiedToken } from './verified-token.ts'

/** A token, as Azure's clients take it. */
interface AccessToken {
  token: string
  expiresOnTimestamp: number
}

/** What `OnBehalfOfCredential` of `entrada` is, as far as it is used here. */
export interface UserCredential<Options, Token> {
  /** Gets a token for the user whose token is `userAssertionToken`. */
  getToken(scopes: string | string[], options?: Options & { userAssertionToken: string }): Promise<Token>
}

/** A credential for one caller, which every Azure SDK client takes. */
export interface CallerCredential<Options, Token> {
  /** Rejects with a `TokenRejected` where Entra ID demands more of the user: throw it at the caller. */
  getToken(scopes: string | string[], options?: Options): Promise<Token>
}

/**
 * A function that makes a credential for each caller, which gets tokens on behalf of that user. Only a verified token is
 * exchanged, for a forged one must not get what was cached for a good one, and only a user's.
 *
 * ```ts
 * const asCaller = onBehalfOf(new OnBehalfOfCredential({ tenantId, clientId, clientSecret }))
 * const { token } = await asCaller(await verify(request)).getToken('https://graph.microsoft.com/User.Read')
 * ```
 */
export function onBehalfOf<Options extends object, Token extends AccessToken>(
  credential: UserCredential<Options, Token>,
): (caller: VerifiedToken) => CallerCredential<Options, Token> {
  return (caller) => {
    if (!(caller instanceof VerifiedCaller)) {
      throw new TypeError('onBehalfOf: the caller must be a verified token. Pass what verify() resolved to.')
    }
    if (caller.isAppOnly) throw new TokenRejected('kind', caller.verifier, { found: 'an application’s token' })
    return {
      async getToken(scopes, options) {
        try {
          return await credential.getToken(scopes, { ...(options as Options), userAssertionToken: caller.token })
        } catch (error) {
          throw challengeIn(error, caller) ?? error
        }
      },
    }
  }
}

/**
 * The claims challenge of Entra ID's refusal, for only the user can satisfy it
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow, "error response example").
 */
function challengeIn(error: unknown, caller: VerifiedToken): TokenRejected | undefined {
  const { claims } = (error ?? {}) as { claims?: unknown }
  if (!(error instanceof Error) || typeof claims !== 'string') return undefined
  try {
    return Object.assign(challenge({ claims, caller }), { cause: error })
  } catch {
    return undefined
  }
}
