import { type AccessTokensOptions, type ReadOptions, readOptions, readRouteRequirements } from './options.ts'
import { type ProtectedResource, protectedResourceOf, scopesToAskFor, verifierContext } from './protected-resource.ts'
import { isAnswer, type KeysUnavailable, TokenRejected } from './rejection/token-rejected.ts'
import { missingPermission, type Requirements } from './rules/permissions.ts'
import type { TokenClaims } from './rules/token-claims.ts'
import { SeenTokens } from './seen-tokens.ts'
import { type AuthorizationSource, bearerToken } from './token/bearer-token.ts'
import { longestToken } from './token/compact-jws.ts'
import { createSha256 } from './token/sha256.ts'
import { VerifiedCaller, type VerifiedToken } from './verified-token.ts'
import { createTokenVerifier } from './verify-token.ts'

export type { Requirements } from './rules/permissions.ts'

/**
 * Verifies access tokens: see `accessTokens`. A function of yours that passes its arguments on to one is a `Verify`, too, for a
 * verifier that is made with the first request.
 */
export interface Verify {
  /**
   * The caller whose token it is: of a request, by its header `Authorization`, or the bare token. Rejects with a
   * `TokenRejected`, or with a `KeysUnavailable`. `requirements` are what a route demands besides what the verifier does.
   */
  (source: AuthorizationSource | string, requirements?: Requirements): Promise<VerifiedToken>
  /** What this API tells clients of itself (RFC 9728); `undefined` without the option `resource`. */
  readonly protectedResource?: ProtectedResource | undefined
}

/**
 * Verifies the access tokens that an API is called with: that Entra ID issued them, for this API, to a caller who is
 * permitted to call. Nothing is fetched until the first token comes. Throws a `TypeError` for an invalid option.
 *
 * ```ts
 * const verify = accessTokens({ audience: clientId, tenants: [tenantId], requiredScopes: ['Files.Read'] })
 * const { tenantId, objectId } = await verify(request)
 * ```
 */
export function accessTokens(options: AccessTokensOptions): Verify {
  const read = readOptions(options)
  const protectedResource = protectedResourceOf(read)
  const context = verifierContext(read, protectedResource)
  const verifyToken = createTokenVerifier(read, context)
  const seen = read.remember > 0 ? new SeenTokens(read.remember) : undefined
  const sha256 = createSha256()
  const routes = new WeakMap<Requirements, Requirements>()

  async function verify(source: AuthorizationSource | string, requirements?: Requirements): Promise<VerifiedToken> {
    try {
      const token = typeof source === 'string' ? source : bearerToken(checkedSource(source))
      if (!token) throw nothingSent(requirements)
      if (token.length > longestToken) throw new TokenRejected('malformed', context)
      const claims = seen ? await remembered(token, seen) : (await verifyToken(token)).claims
      permit(claims, read.required)
      if (requirements !== undefined) permit(claims, checked(requirements))
      return new VerifiedCaller(claims, token, context)
    } catch (error) {
      if (isAnswer(error)) tell(read, error)
      throw error
    }
  }

  async function remembered(token: string, tokens: SeenTokens): Promise<TokenClaims> {
    const hashed = sha256(token)
    const hash = typeof hashed === 'string' ? hashed : await hashed
    const known = tokens.find(hash, read.now() - read.tolerance)
    if (known !== undefined) return known
    const { claims, key } = await verifyToken(token)
    tokens.add(hash, claims, key)
    return claims
  }

  /** A route passes the same requirements with every request. */
  function checked(requirements: Requirements): Requirements {
    const known = routes.get(requirements)
    if (known !== undefined) return known
    const read = readRouteRequirements(requirements)
    routes.set(requirements, read)
    return read
  }

  function permit(claims: TokenClaims, required: Requirements): void {
    const missing = missingPermission(claims, required)
    if (missing === undefined) return
    const { code, found, scopes } = missing
    throw new TokenRejected(code, context, { found, scope: scopes?.map(context.requestable) })
  }

  function nothingSent(requirements: Requirements = {}): TokenRejected {
    const scope = scopesToAskFor({ ...read.required, ...requirements }, context.requestable)
    return new TokenRejected('missing', context, { scope })
  }

  return Object.assign(verify, { protectedResource })
}

/** A request. Throws a `TypeError` for what is none, such as a header that is not there. */
function checkedSource(source: AuthorizationSource): AuthorizationSource {
  if (typeof source === 'object' && typeof source?.headers === 'object' && source.headers !== null) return source
  throw new TypeError(
    'verify: the argument must be a request, or a token. Pass the request, whose header is read here.',
  )
}

function tell({ onRejected }: ReadOptions, error: TokenRejected | KeysUnavailable): void {
  try {
    const result = onRejected?.(error)
    if (result instanceof Promise) result.catch(() => undefined)
  } catch {
    // A log that fails must neither let a caller in nor keep one out.
  }
}
