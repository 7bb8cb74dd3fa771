import { type Answer, clientId, scope, tenantId, token } from './token-service.ts'

export const username = 'ada@contoso.example'

function part(fields: object): string {
  return Buffer.from(JSON.stringify(fields)).toString('base64url')
}

/** A token of the user, with what tells who it is. */
export function hers(): Answer {
  const oid = 'a8eb0000-0000-4000-8000-000000000003'
  const claims = {
    ...{ aud: clientId, iss: `https://login.microsoftonline.com/${tenantId}/v2.0`, tid: tenantId, oid, sub: 'subject' },
    ...{ preferred_username: username, exp: Math.floor(Date.now() / 1000) + 3600, iat: Math.floor(Date.now() / 1000) },
  }
  return token({
    refresh_token: 'refresh-token',
    id_token: `${part({ alg: 'RS256' })}.${part(claims)}.signature`,
    client_info: part({ uid: oid, utid: tenantId }),
    scope,
  })
}
