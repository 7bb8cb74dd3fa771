import { AuthenticationError } from '../errors.ts'
import { parseObject } from './token-response.ts'

/** Sends a GET and gives the answer's text; rejects unless the status is 200. */
export type GetText = (url: string) => Promise<string>

/**
 * The token endpoint of AD FS, which alone has no fixed address: read from its metadata, and refused unless it is on
 * the authority's own origin.
 */
export async function adfsTokenUrl(authority: string, get: GetText, credential: string): Promise<string> {
  const metadataUrl = `${authority}/adfs/.well-known/openid-configuration`
  const endpoint = parseObject(await get(metadataUrl))?.token_endpoint
  if (typeof endpoint === 'string' && URL.canParse(endpoint) && new URL(endpoint).origin === authority) return endpoint
  const message = `${credential}: the metadata of AD FS at ${metadataUrl} names no token endpoint on its own origin. Check authorityHost.`
  throw new AuthenticationError(200, { error: 'invalid_metadata', errorDescription: message }, { message })
}
