import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Asked } from './faults/exchange.ts'

/** Scopes of OpenID Connect: they ask for an id token and a refresh token, and are no part of what a token is for. */
const openIdScopes: readonly string[] = ['openid', 'profile', 'offline_access']

/** Reads what a request asks for, or `undefined` for one that no credential of ours should have sent. */
export async function readRequest(request: IncomingMessage): Promise<Asked | undefined> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const [instance = ''] = (request.headers['user-agent'] ?? '').split(' ')
  const body = await text(request)
  const tenant = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(url.pathname)?.[1]
  if (tenant !== undefined) return readForm(new URLSearchParams(body), tenant, instance)
  const isHost = url.pathname === '/msi/token' || url.pathname === '/metadata/identity/oauth2/token'
  const resource = url.searchParams.get('resource')
  if (!isHost || resource === null) return undefined
  const who = url.searchParams.get('client_id') ?? 'system'
  const scope = `${resource}/.default`
  return { kind: 'host', who, tenant: '', scope, user: '', cae: false, challenge: '', instance, isOfUser: false }
}

function readForm(form: URLSearchParams, tenant: string, instance: string): Asked {
  const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => !openIdScopes.includes(scope))
  const claims = JSON.parse(form.get('claims') ?? '{}') as Claims
  const user = form.get('assertion') ?? form.get('refresh_token')?.replace(/^refresh\./, '') ?? ''
  return {
    kind: 'entra',
    who: form.get('client_id') ?? '',
    tenant,
    scope: scopes.sort().join(' '),
    user,
    cae: claims.access_token?.xms_cc?.values?.includes('cp1') === true,
    challenge: claims.access_token?.nbf?.value ?? '',
    instance,
    isOfUser: user !== '',
  }
}

interface Claims {
  access_token?: { xms_cc?: { values?: string[] }; nbf?: { value?: string } }
}

/** A claims challenge with a number, which the token that answers it repeats. */
export function challengeText(challenge: string): string {
  return JSON.stringify({ access_token: { nbf: { essential: true, value: challenge } } })
}
