import { isLoopback } from './local-host.ts'

/**
 * The URL of a service that is sent a secret: https, or http on loopback alone, and without a user name in it. Throws a
 * `TypeError` that begins with `source`, the name of the variable it came from.
 */
export function secureUrl(value: string, source: string): URL {
  const mend = 'It must be an https URL, as the platform sets it.'
  if (!URL.canParse(value)) throw new TypeError(`${source} is not a URL. ${mend}`)
  const url = new URL(value)
  if (url.username || url.password || value.includes('@')) {
    throw new TypeError(`${source} has a user name or password in it. ${mend}`)
  }
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
  if (!isAllowed) throw new TypeError(`${source} does not use https. ${mend}`)
  return url
}
