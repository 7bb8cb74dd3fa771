import { TokenCache } from '../cache/token-cache.ts'
import { CredentialUnavailableError } from '../errors.ts'
import { hostOf } from '../runtime/host.ts'
import { quoted } from '../runtime/quoted.ts'
import type {
  AbortSignalLike,
  AccessToken,
  GetTokenOptions,
  IssuedToken,
  TokenCredential,
  TracingContext,
} from '../types.ts'

/** Options of `getBearerTokenProvider`, which go into each call of `getToken`. */
export interface GetBearerTokenProviderOptions {
  /** Once aborted, every call of the provider rejects with an error named `AbortError`. */
  abortSignal?: AbortSignalLike
  /** Passed on with each `getToken` of the credential. */
  tracingOptions?: {
    /** The context of the span around the call, as `@azure/core-tracing` makes it. */
    tracingContext?: TracingContext
  }
}

/**
 * Returns a function that resolves to the bare token for the scopes, for clients that want a string (OpenAI's client, or
 * a header of `fetch`). The credential caches and refreshes its tokens; for a credential of another library, which may
 * not, they are cached here. The function rejects with whatever the credential's `getToken` rejects with.
 *
 * ```ts
 * const token = getBearerTokenProvider(credential, 'https://cognitiveservices.azure.com/.default')
 * await fetch(url, { headers: { Authorization: `Bearer ${await token()}` } })
 * ```
 *
 * @throws TypeError for a credential without `getToken`, or for missing or malformed scopes.
 */
export function getBearerTokenProvider(
  credential: TokenCredential,
  scopes: string | string[],
  options?: GetBearerTokenProviderOptions,
): () => Promise<string> {
  const who = 'getBearerTokenProvider'
  const remedy = 'Pass a scope such as "https://storage.azure.com/.default".'
  if (typeof credential?.getToken !== 'function') {
    throw new TypeError(`${who}: the first argument has no getToken. Pass a credential.`)
  }
  // The rest is checked in each call.
  if ([scopes ?? []].flat().length === 0) throw new TypeError(`${who}: getToken needs a scope. ${remedy}`)
  if ([scopes].flat().includes('')) throw new TypeError(`${who}: scope is empty. ${remedy}`)
  const list = Array.isArray(scopes) ? [...scopes] : scopes
  const get = 'getTokenInfo' in credential ? credential : withCache(credential)
  return async () => {
    const access = await get.getToken(list, options as GetTokenOptions | undefined)
    if (access === null) throw noToken()
    return access.token
  }
}

/** A credential of another library may ask for a token in every call, so its tokens are cached here. */
function withCache(credential: TokenCredential): Pick<TokenCredential, 'getToken'> {
  const { now, monotonic } = hostOf(undefined)
  const cache = new TokenCache<undefined>({
    name: 'getBearerTokenProvider',
    now,
    monotonic,
    emit: () => undefined,
    async acquire({ scopes }, abortSignal) {
      const access = await credential.getToken([...scopes], { abortSignal })
      if (access === null) throw noToken()
      return issued(access)
    },
  })
  return {
    async getToken(scopes, options) {
      const { checkCall } = await import('../source/check-call.ts')
      const { scopes: list } = await checkCall('getBearerTokenProvider', scopes, options, { quote: quoted })
      const request = {
        group: undefined,
        subject: undefined,
        tenantId: undefined,
        scopes: list,
        enableCae: false,
        claims: undefined,
      }
      return cache.get(request, { signal: options?.abortSignal })
    },
  }
}

function issued({ token, expiresOnTimestamp, refreshAfterTimestamp, tokenType = 'Bearer' }: AccessToken): IssuedToken {
  const refresh = refreshAfterTimestamp === undefined ? {} : { refreshAt: refreshAfterTimestamp }
  return { token, expiresAt: expiresOnTimestamp, tokenType, ...refresh }
}

function noToken(): CredentialUnavailableError {
  return new CredentialUnavailableError({
    who: 'getBearerTokenProvider',
    reason: 'getToken of the credential returned null.',
    remedy: 'Check why it has no token.',
  })
}
