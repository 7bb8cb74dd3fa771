import { CredentialUnavailableError } from '../errors.ts'
import { isOfThisNetwork } from '../http/this-network.ts'
import { isQuoted } from '../runtime/malformed-variable.ts'

/**
 * The token endpoint that a platform's variable names. Plain http is allowed only to this machine and its private
 * network, because the request carries a secret. Throws a `CredentialUnavailableError` for anything else.
 */
export function readEndpoint(value: string, variable: string, who: string): URL {
  const refuse = (what: string): CredentialUnavailableError => {
    const remedy = `Set ${variable} as the platform does, or unset it.`
    return new CredentialUnavailableError({ who, reason: `${variable} ${what}.`, remedy })
  }
  if (isQuoted(value)) throw refuse('is in quotation marks')
  // `URL` silently drops line breaks and tabs.
  if (!/^[\x21-\x7e]+$/.test(value) || !URL.canParse(value)) throw refuse('is not a URL')
  const url = new URL(value)
  if (url.username || url.password || value.includes('@')) throw refuse('has a user name or password')
  if (url.hash) throw refuse('has a fragment, which an endpoint cannot have')
  if (url.protocol === 'https:') return url
  if (url.protocol !== 'http:') throw refuse('is neither http nor https')
  if (!isOfThisNetwork(url.hostname))
    throw refuse(`is http on ${url.hostname}, which is not on this machine or network`)
  return url
}

/** Checks that a header can carry a secret. Throws a `CredentialUnavailableError` that does not repeat it. */
export function readSecret(value: string, variable: string, who: string): string {
  // A tab is the one control character that a header may hold (RFC 9110, 5.5).
  if (/^[\t\x20-\x7e]+$/.test(value)) return value
  const remedy = `Set ${variable} as the platform does.`
  throw new CredentialUnavailableError({
    who,
    reason: `${variable} contains characters that a header cannot carry.`,
    remedy,
  })
}

/** The endpoint with parameters added; those already in its URL are kept. */
export function withQuery(endpoint: URL, parameters: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return url.href
}

/** The text without its trailing slashes. A regular expression for this would backtrack at every slash. */
export function withoutEndSlashes(text: string): string {
  let end = text.length
  while (text[end - 1] === '/') end--
  return text.slice(0, end)
}
