import type { ExpiresOnFormat } from './declaration.ts'
import { writtenTime } from './expires-on.ts'
import type { HostPlace } from './host-kind.ts'
import { hostJson } from './host-response.ts'
import type { HostToken, HostTokenRequest } from './host-tokens.ts'
import type { ManagedIdentity } from './identity.ts'
import { identityOf } from './read-options.ts'

/** What an answer tells, before a kind of host gives it its names. */
export interface AnswerParts {
  /** The identity whose ids are told. */
  identity: ManagedIdentity
  token: HostToken
  resource: string
  expiresOn: string | number
  /** Seconds that the token has left. */
  expiresIn: number
}

/** A token in the form of a host's answer, with the distortions that a test asked for. */
export async function tokenAnswer(
  place: HostPlace,
  request: HostTokenRequest,
  format: ExpiresOnFormat,
  body: (parts: AnswerParts) => Record<string, unknown>,
): Promise<Response> {
  const { identity: told, tokenOf, resource, expiresOn = format, fields } = place.distortion()
  const served = tokenOf === undefined ? request.identity : identityOf(place.identities, tokenOf)
  const identity = told === undefined ? served : identityOf(place.identities, told)
  const token = await place.tokens.give({ ...request, identity: served })
  const parts = {
    identity,
    token,
    resource: resource ? resource(request.resource) : request.resource,
    expiresOn: writtenTime(token.expiresOn, expiresOn),
    expiresIn: token.expiresOn - Math.floor(place.now() / 1000),
  }
  const refreshIn = place.refreshInSeconds === undefined ? {} : { refresh_in: place.refreshInSeconds }
  return hostJson({ ...body(parts), ...refreshIn, ...fields })
}
