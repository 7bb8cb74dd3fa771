import { isLoopback } from './this-network.ts'

/**
 * The URL of a service that receives a secret: https, or http on loopback only, and without a user name. Throws a
 * `TypeError` that begins with `source`, the name of the variable that the value came from.
 */
export function secureUrl(value: string, source: string): URL {
  const remedy = 'It must be an https URL, as the platform sets it.'
  if (!URL.canParse(value)) throw new TypeError(`${source} is not a URL. ${remedy}`)
  const url = new URL(value)
  if (url.username || url.password || value.includes('@')) {
    throw new TypeError(`${source} has a user name or password. ${remedy}`)
  }
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
  if (!isAllowed) throw new TypeError(`${source} does not use https. ${remedy}`)
  return url
}
