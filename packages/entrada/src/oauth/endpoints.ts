import { authorityKind } from './tenant.ts'

/**
 * The URL of one of an authority's endpoints. Entra ID's are fixed (Microsoft identity platform v2.0); the token
 * endpoint of AD FS is read from its metadata instead: see `adfsTokenUrl`.
 */
export function endpointUrl(
  authority: string,
  tenantId: string,
  endpoint: 'authorize' | 'devicecode' | 'logout' | 'token',
): string {
  const path = authorityKind(tenantId) === 'adfs' ? 'adfs/oauth2' : `${tenantId}/oauth2/v2.0`
  return `${authority}/${path}/${endpoint}`
}
