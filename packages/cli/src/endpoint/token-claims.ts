import type { Selector } from './family.ts'

/** What an access token says of whom it is for. A token that cannot be read says nothing. */
export interface TokenClaims {
  clientId?: string
  objectId?: string
  resourceId?: string
}

/** No token of Entra ID is near this, in characters. */
const longestToken = 64 * 1024

/** Reads, and does not verify: the token comes from the credential itself. */
export function tokenClaims(token: string): TokenClaims {
  const [, payload, ...rest] = token.length > longestToken ? [] : token.split('.')
  if (payload === undefined || rest.length !== 1) return {}
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    const { appid, azp, oid, xms_mirid } = Object(claims) as Record<string, unknown>
    return {
      ...text('clientId', appid ?? azp),
      ...text('objectId', oid),
      ...text('resourceId', xms_mirid),
    }
  } catch {
    return {}
  }
}

/** Whether the token is that of the identity that was asked for. */
export function isOf(claims: TokenClaims, { by, value }: Selector): boolean {
  return claims[by]?.toLowerCase() === value.toLowerCase()
}

function text(name: keyof TokenClaims, value: unknown): TokenClaims {
  return typeof value === 'string' ? { [name]: value } : {}
}
