import { checkPage } from '../sign-in/authorization-url.ts'

/** Where a browser goes to end its session at the authority (OpenID Connect RP-Initiated Logout, 2). */
export function signOutUrl(authority: string, tenantId: string, redirectUri: string): string {
  const path = tenantId === 'adfs' ? 'adfs/oauth2/logout' : `${tenantId}/oauth2/v2.0/logout`
  return checkPage(`${authority}/${path}?${new URLSearchParams({ post_logout_redirect_uri: redirectUri })}`)
}
