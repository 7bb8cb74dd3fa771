import { type AnswerClock, parseObject, readTokenResponse } from '../oauth/token-response.ts'
import { quoted } from '../runtime/quoted.ts'
import type { IssuedToken } from '../types.ts'
import { withoutEndSlashes } from './endpoint.ts'
import { expirySeconds } from './expiry.ts'
import type { ManagedIdentityId } from './identity.ts'

/** What a token response must be for. */
export interface Expected extends AnswerClock {
  id: ManagedIdentityId | undefined
  resource: string
  /** When the request was sent, in milliseconds since the epoch. */
  requestedAt: number
}

/** `mismatch`: a token, but for a different identity or resource. `malformed`: not a usable token. */
export type HostToken = { token: IssuedToken } | { mismatch: string } | { malformed: string }

/** The fields in which hosts repeat the identity, by the kind of id. */
const echoes = { clientId: ['client_id'], objectId: ['object_id'], resourceId: ['mi_res_id', 'msi_res_id'] } as const

/** Reads a host's response with status 200. */
export function readAnswer(text: string, { id, resource, requestedAt, ...clock }: Expected): HostToken {
  const body = parseObject(text)
  const { refresh_token: _, ...fields } = body ?? {}
  // An empty or zero `expires_on` means none.
  const expiresOn = expirySeconds(fields.expires_on) || undefined
  const issued = readTokenResponse(body && { ...fields, expires_on: expiresOn }, requestedAt, clock)
  if ('reason' in issued) return { malformed: issued.reason }
  if (id !== undefined && echoes[id.kind].some((field) => isOther(fields[field], id.value))) {
    // An id is shown as it is, and what may be a secret in its place is described.
    return {
      mismatch: `a token of a different identity from the one with the ${id.kind} ${quoted(id.value).replace(/^"|"$/g, '')}`,
    }
  }
  // Every host documents that it repeats the resource of the request. The Azure SDKs do not check it, but a token for a
  // different resource, which a proxy on the way may have cached, would be sent to a service that must not have it.
  if (isOther(withoutSlash(fields.resource), withoutSlash(resource))) {
    return { mismatch: `a token for a different resource from ${resource}` }
  }
  return { token: issued }
}

/** A field that the response does not repeat is not an error. */
function isOther(echo: unknown, asked: unknown): boolean {
  if (echo === undefined || echo === null || echo === '') return false
  return String(echo).toLowerCase() !== String(asked).toLowerCase()
}

/** Hosts write a resource with or without trailing slashes, whatever the request had. */
function withoutSlash(resource: unknown): unknown {
  return typeof resource === 'string' ? withoutEndSlashes(resource) : resource
}
