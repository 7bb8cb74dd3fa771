import { JsonResponse } from '../http/answer.ts'
import type { ExpiresOnFormat } from './declaration.ts'
import type { HostState } from './host-kind.ts'
import type { HostToken, HostTokenRequest } from './host-tokens.ts'
import type { ManagedIdentity } from './identity.ts'
import { identityOf } from './read-options.ts'

/** A JSON response of a host. None of its headers lets a web page read it. */
export function hostJson(
  body: unknown,
  status: number = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new JsonResponse(body, {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  })
}

/** What a response states, before a kind of host names its fields. */
export interface TokenResponseParts {
  /** The identity whose ids are stated. */
  identity: ManagedIdentity
  token: HostToken
  resource: string
  expiresOn: string | number
  /** Seconds that the token has left. */
  expiresIn: number
}

/** A host's token response, with the distortions that a test asked for. */
export async function tokenResponse(
  state: HostState,
  request: HostTokenRequest,
  format: ExpiresOnFormat,
  body: (parts: TokenResponseParts) => Record<string, unknown>,
): Promise<Response> {
  const { identity: shown, tokenOf, resource, expiresOn = format, fields } = state.distortion()
  const served = tokenOf === undefined ? request.identity : identityOf(state.identities, tokenOf)
  const identity = shown === undefined ? served : identityOf(state.identities, shown)
  const token = await state.tokens.give({ ...request, identity: served })
  const parts = {
    identity,
    token,
    resource: resource ? resource(request.resource) : request.resource,
    expiresOn: formattedTime(token.expiresOn, expiresOn),
    expiresIn: token.expiresOn - Math.floor(state.now() / 1000),
  }
  const refreshIn = state.refreshInSeconds === undefined ? {} : { refresh_in: state.refreshInSeconds }
  return hostJson({ ...body(parts), ...refreshIn, ...fields })
}

/** A time, given in seconds since the epoch, as a host writes it. */
function formattedTime(seconds: number, format: ExpiresOnFormat): string | number {
  if (format === 'seconds') return String(seconds)
  if (format === 'number') return seconds
  if (format === 'milliseconds') return seconds * 1000
  const iso = new Date(seconds * 1000).toISOString()
  if (format === 'iso') return iso
  const [, year, month, day, hour, minute, second] = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)/.exec(iso) ?? []
  if (format === 'us-24-hour') return `${month}/${day}/${year} ${hour}:${minute}:${second} +00:00`
  const half = Number(hour) < 12 ? 'AM' : 'PM'
  return `${Number(month)}/${Number(day)}/${year} ${Number(hour) % 12 || 12}:${minute}:${second} ${half} +00:00`
}
