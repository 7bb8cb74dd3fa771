import { TokenCache } from '../cache/token-cache.ts'
import { CredentialUnavailableError } from '../errors.ts'
import { abortError } from '../runtime/abort.ts'
import { hostOf } from '../runtime/host.ts'
import type { AbortSignalLike, AccessToken, GetTokenOptions, IssuedToken, TokenCredential } from '../types.ts'
import { checkCall } from './check-call.ts'

export interface GetBearerTokenProviderOptions {
  /** Ends the wait of every call of the provider. */
  abortSignal?: AbortSignalLike
  tracingOptions?: { tracingContext?: unknown }
}

/**
 * A function that gives the bare token for the scopes, for clients that want a string (OpenAI's, or `fetch` with a
 * header). Tokens are cached and refreshed as the credential does it; another's credential gets a cache of its own.
 *
 * @throws TypeError for a credential without `getToken`, or for no scope.
 */
export function getBearerTokenProvider(
  credential: TokenCredential,
  scopes: string | string[],
  options?: GetBearerTokenProviderOptions,
): () => Promise<string> {
  const who = 'getBearerTokenProvider'
  if (typeof credential?.getToken !== 'function') {
    throw new TypeError(`${who}: the first argument has no getToken. Pass a credential.`)
  }
  checkCall(who, scopes, options as GetTokenOptions | undefined)
  const list = Array.isArray(scopes) ? [...scopes] : scopes
  const get = 'getTokenInfo' in credential ? credential : cachedHere(credential)
  return async () => {
    const access = await get.getToken(list, options as GetTokenOptions | undefined)
    if (access === null) throw noToken()
    return access.token
  }
}

/** A credential that we did not write may ask its source each time. */
function cachedHere(credential: TokenCredential): Pick<TokenCredential, 'getToken'> {
  const cache = new TokenCache({
    name: 'getBearerTokenProvider',
    now: hostOf(undefined).now,
    emit: () => undefined,
    async acquire({ scopes }, abortSignal) {
      const access = await credential.getToken([...scopes], { abortSignal })
      if (access === null) throw noToken()
      return issued(access)
    },
  })
  return {
    async getToken(scopes, options) {
      const list = Array.isArray(scopes) ? scopes : [scopes]
      if (options?.abortSignal?.aborted === true) throw abortError('getBearerTokenProvider: the caller aborted.')
      const request = { group: '', subject: undefined, tenantId: '', scopes: list, enableCae: false, claims: undefined }
      return cache.get(request, { signal: options?.abortSignal })
    },
  }
}

function issued({ token, expiresOnTimestamp, refreshAfterTimestamp, tokenType = 'Bearer' }: AccessToken): IssuedToken {
  const refresh = refreshAfterTimestamp === undefined ? {} : { refreshAt: refreshAfterTimestamp }
  return { token, expiresAt: expiresOnTimestamp, tokenType, ...refresh }
}

function noToken(): CredentialUnavailableError {
  return new CredentialUnavailableError('getBearerTokenProvider: the credential gave no token. Check the credential.')
}
