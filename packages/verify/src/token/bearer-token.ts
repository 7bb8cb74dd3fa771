/** A request, of `fetch` or of Node: as much of it as is read. */
export interface AuthorizationSource {
  /** The headers of the request: a `Headers`, or those of `node:http`. */
  readonly headers: FetchHeaders | NodeHeaders
  /** Node's, names and values in turn. */
  readonly rawHeaders?: readonly string[]
}

interface FetchHeaders {
  get(name: string): string | null
}

interface NodeHeaders {
  readonly authorization?: string | undefined
}

/**
 * The token of a request (RFC 6750, 2.1), or `undefined` where there is none: no header, or another scheme. Tokens in a
 * form or a query are not looked for, as addresses are logged.
 */
export function bearerToken({ headers, rawHeaders }: AuthorizationSource): string | undefined {
  const value = isFetch(headers) ? headers.get('authorization') : authorizationOf(headers, rawHeaders)
  if (typeof value !== 'string' || value.slice(0, 7).toLowerCase() !== 'bearer ') return undefined
  // Spaces alone: `trim` would take what others along the way take for a part of the token.
  return value.slice(7).replace(/^ +/, '')
}

function isFetch(headers: FetchHeaders | NodeHeaders): headers is FetchHeaders {
  return typeof (headers as Partial<FetchHeaders>).get === 'function'
}

/**
 * Node keeps the first of two headers and drops the other, which may be the one that a proxy in front looked at. So they are
 * joined, as `fetch` does, and no token is found in that.
 */
function authorizationOf({ authorization }: NodeHeaders, rawHeaders: readonly string[] = []): string | undefined {
  const values = rawHeaders.filter((_, index) => index % 2 === 1 && isAuthorization(rawHeaders[index - 1] ?? ''))
  return values.length > 1 ? values.join(', ') : authorization
}

function isAuthorization(name: string): boolean {
  return name.length === 13 && name.toLowerCase() === 'authorization'
}
