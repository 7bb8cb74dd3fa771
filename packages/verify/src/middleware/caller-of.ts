import type { VerifiedToken } from '../verified-token.ts'

/** Where a request keeps its caller: out of sight of what serializes requests, as the caller has a token. */
const key = Symbol.for('entrada.caller')

export function setCaller(request: object, caller: VerifiedToken): void {
  Object.defineProperty(request, key, { value: caller, configurable: true })
}

/**
 * The caller of a request that has passed `accessToken()`. Throws an `Error` for one that has not: a route that forgot it lets
 * nobody in.
 */
export function callerOf(request: object): VerifiedToken {
  const caller = (request as { [key]?: VerifiedToken })[key]
  if (caller !== undefined) return caller
  throw new Error('callerOf: the request has not passed accessToken(). Put it in front of the handler.')
}
