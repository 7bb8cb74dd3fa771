import { createHash } from 'node:crypto'
import type { DirectoryDeclaration } from '../src/index.ts'
import { clientId, everywhereClientId, tenantId } from './contoso.ts'
import type { Form } from './token-request.ts'
import { contosoWithUsers, redirectUri } from './user-directory.ts'

export const spaClientId = '5bacccc0-cccc-4ccc-8ccc-cccccccccccc'
export const spaRedirect = 'http://localhost:3000/callback'
export const nativeClientId = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'
export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
export const challenge: Form = {
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
}

/** Contoso with an app of each platform. */
export const contosoSignsIn: DirectoryDeclaration = {
  ...contosoWithUsers,
  apps: [
    ...contosoWithUsers.apps,
    { name: 'page', clientId: spaClientId, tenantId, redirectUris: { spa: [spaRedirect] }, idTokens: true },
    { name: 'nowhere', clientId: '00000000-1111-4111-8111-000000000000', tenantId },
  ],
}

/** The address of an authorization request of the app `web`, right but for `changes`. */
export function authorizePath(changes: Form = {}, tenant: string = tenantId): string {
  const form: Form = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid offline_access https://graph.microsoft.com/User.Read',
    state: 'a state/&=+"<>',
    ...changes,
  }
  const set = Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined)
  return `/${tenant}/oauth2/v2.0/authorize?${new URLSearchParams(set)}`
}

export const state = 'a state/&=+"<>'
export { clientId, everywhereClientId, redirectUri, tenantId }
