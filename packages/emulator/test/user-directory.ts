import type { DirectoryDeclaration, Emulator } from '../src/index.ts'
import { clientId, contoso, otherTenantId, secret, tenantId } from './contoso.ts'
import { type Form, requestToken } from './token-request.ts'

export const ada = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }
export const redirectUri = 'http://localhost:8400/'
export const publicClientId = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'

/** Contoso with users, and with apps that they sign in to. */
export const contosoWithUsers: DirectoryDeclaration = {
  ...contoso,
  apps: [
    ...contoso.apps.map((app) => ({
      ...app,
      redirectUris: [redirectUri],
      identifierUris: [`https://${app.name}.example`],
    })),
    { name: 'tool', clientId: publicClientId, tenantId, publicClient: true, redirectUris: [redirectUri] },
  ],
  users: [
    { ...ada, password: 'enchantress', displayName: 'Ada Lovelace', tenantId },
    {
      objectId: '00000000-0000-4000-8000-00000000bab0',
      username: 'charles@contoso.example',
      password: 'difference',
      tenantId,
      secondFactor: 'required',
    },
    {
      objectId: '00000000-0000-4000-8000-00000000fab0',
      username: 'grace@fabrikam.example',
      password: 'p',
      tenantId: otherTenantId,
    },
  ],
}

export interface UserAnswer {
  access_token: string
  scope: string
  refresh_token?: string
  id_token?: string
  client_info?: string
}

const web: Form = { client_id: clientId, client_secret: secret }

/** An on-behalf-of request of the app `web`, right but for `changes`. */
export function exchange(emulator: Emulator, assertion: string, changes: Form = {}): Promise<Response> {
  return requestToken(emulator, {
    ...web,
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    requested_token_use: 'on_behalf_of',
    assertion,
    scope: 'https://graph.microsoft.com/User.Read offline_access',
    ...changes,
  })
}

/** Redeems a code for the app `web`. */
export function redeem(emulator: Emulator, code: string, changes: Form = {}): Promise<Response> {
  const form = { ...web, grant_type: 'authorization_code', code, redirect_uri: redirectUri, scope: undefined }
  return requestToken(emulator, { ...form, ...changes })
}

/** Redeems a refresh token for the app `web`. */
export function refresh(emulator: Emulator, token: string | undefined, changes: Form = {}): Promise<Response> {
  return requestToken(emulator, {
    ...web,
    grant_type: 'refresh_token',
    refresh_token: token,
    scope: undefined,
    ...changes,
  })
}

/** The tokens of an answer that must have some. */
export async function tokensOf(response: Promise<Response>): Promise<UserAnswer> {
  const answer: unknown = await (await response).json()
  if (typeof answer === 'object' && answer !== null && 'access_token' in answer) return answer as UserAnswer
  throw new Error(JSON.stringify(answer))
}
