import { AuthenticationError } from '../errors.ts'
import { parseObject } from './token-response.ts'

type Get = (url: string) => Promise<{ status: number; text: string }>

/**
 * The token endpoint of AD FS, which alone has no fixed address: read from its metadata, and refused unless it is on
 * the authority's own origin.
 */
export async function adfsTokenUrl(authority: string, get: Get, credential: string): Promise<string> {
  const metadataUrl = `${authority}/adfs/.well-known/openid-configuration`
  const { status, text } = await get(metadataUrl)
  const endpoint = status === 200 ? parseObject(text)?.token_endpoint : undefined
  if (typeof endpoint === 'string' && URL.canParse(endpoint) && new URL(endpoint).origin === authority) return endpoint
  const message = `${credential}: the metadata of AD FS at ${metadataUrl} names no token endpoint on its own origin. Check authorityHost.`
  throw new AuthenticationError(status, { error: 'invalid_metadata', errorDescription: message }, { message })
}
