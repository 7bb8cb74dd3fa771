import type { Emulator } from '@entrada/emulator'
import { publicClientId, tenantId, user } from '../app.ts'
import type { World } from '../world.ts'

export { publicClientId, tenantId, user }

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

/** The parameters of a page of the authorization endpoint. */
export function parametersOf(url: string): Record<string, string> {
  return Object.fromEntries(new URL(url).searchParams)
}

/** The code that the authorization endpoint would give to who signs in at that page. */
export function codeFor(url: string, emulator: Emulator, person: typeof user = user): string {
  const { client_id: app = '', redirect_uri: redirectUri = '', scope = '', code_challenge, nonce } = parametersOf(url)
  return emulator.authorizationCode({
    ...{ user: person, app, redirectUri, scope },
    ...(code_challenge === undefined ? {} : { codeChallenge: code_challenge }),
    ...(nonce === undefined ? {} : { nonce }),
  })
}

/** Posts an answer to where the page says, as a browser does from the authority's page. */
export function post(url: string, fields: Record<string, string> | string, init: RequestInit = {}): Promise<Response> {
  const { redirect_uri: redirectUri = '' } = parametersOf(url)
  const body = new URLSearchParams(fields)
  return fetch(redirectUri, {
    method: 'POST',
    body,
    ...init,
    headers: { origin: new URL(url).origin, ...init.headers },
  })
}

/** Signs a person in at a page of the authorization endpoint, and takes the answer to where it belongs. */
export function signInAt(url: string, emulator: Emulator, person: typeof user = user): Promise<Response> {
  return post(url, { code: codeFor(url, emulator, person), state: parametersOf(url).state ?? '', session_state: 'x' })
}
