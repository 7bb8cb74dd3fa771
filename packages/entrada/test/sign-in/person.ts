import { clientId, publicClientId, tenantId, user } from '../app.ts'
import type { World } from '../world.ts'

export { clientId, publicClientId, tenantId, user }

/** Another person of the same tenant. */
export const grace = { objectId: '66666666-6666-4666-8666-666666666666', username: 'grace@contoso.onmicrosoft.com' }

/** Requests to the token endpoint so far, by grant. */
export function grantsOf({ emulator }: World): (string | undefined)[] {
  return emulator.requests.filter(({ path }) => path.endsWith('/token')).map(({ form }) => form.grant_type)
}

/** Whom an access token is for. */
export function objectIdOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).oid
}

/** A JWT that nobody signed. */
export function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.signature`
}
