import { CredentialUnavailableError } from '../errors.ts'
import { isPrivate } from '../http/private-host.ts'

/**
 * The token endpoint that a platform's variable names. Plain http may go to this machine and its private network alone,
 * since the request carries a secret. Throws a `CredentialUnavailableError` for all else.
 */
export function readEndpoint(value: string, variable: string, who: string): URL {
  const refuse = (what: string): CredentialUnavailableError => {
    const mend = `Set ${variable} as the platform does, or unset it.`
    return new CredentialUnavailableError(`${who}: ${variable} ${what}. ${mend}`, { mend })
  }
  // `URL` drops line breaks and tabs without a word.
  if (!/^[\x21-\x7e]+$/.test(value) || !URL.canParse(value)) throw refuse('is not a URL')
  const url = new URL(value)
  if (url.username || url.password || value.includes('@')) throw refuse('has a user name or password in it')
  if (url.hash) throw refuse('has a fragment, which no endpoint has')
  if (url.protocol === 'https:') return url
  if (url.protocol !== 'http:') throw refuse('is neither http nor https')
  if (!isPrivate(url.hostname)) throw refuse(`is http on ${url.hostname}, which is not on this machine or network`)
  return url
}

/** A secret that a header can carry. Throws a `CredentialUnavailableError`, which does not repeat it. */
export function readSecret(value: string, variable: string, who: string): string {
  if (/^[\x20-\x7e]+$/.test(value)) return value
  const mend = `Set ${variable} as the platform does.`
  throw new CredentialUnavailableError(`${who}: ${variable} has characters that no header can carry. ${mend}`, { mend })
}

/** The endpoint with parameters added; those that its URL has already stay. */
export function withQuery(endpoint: URL, parameters: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return url.href
}
