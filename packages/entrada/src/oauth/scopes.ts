/** A scope token of RFC 6749, 3.3: printable ASCII but blank, quote and backslash. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Longer than any scope; keeps a caller's mistake out of the cache and the request. */
const maximumLength = 4096

/**
 * The caller's scopes as a list. Throws a `TypeError` that begins with `who` for none, an empty one, or one with
 * characters that no scope has.
 */
export function parseScopes(scopes: unknown, who: string): readonly string[] {
  const list: unknown[] = Array.isArray(scopes) ? scopes : [scopes]
  const mend = 'Pass a scope such as "https://storage.azure.com/.default".'
  if (scopes === undefined || scopes === null || list.length === 0)
    throw new TypeError(`${who}: getToken needs a scope. ${mend}`)
  for (const scope of list) {
    if (typeof scope !== 'string')
      throw new TypeError(`${who}: scope is ${scope === null ? 'null' : typeof scope}, not a string. ${mend}`)
    if (scope === '') throw new TypeError(`${who}: scope is empty. ${mend}`)
    if (scope.length > maximumLength)
      throw new TypeError(`${who}: scope is longer than ${maximumLength} characters. ${mend}`)
    if (!scopeToken.test(scope))
      throw new TypeError(`${who}: scope ${JSON.stringify(scope)} has characters that no scope has. ${mend}`)
  }
  return list as string[]
}
