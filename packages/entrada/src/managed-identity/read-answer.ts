import { parseObject, readTokenResponse } from '../oauth/token-response.ts'
import type { IssuedToken } from '../types.ts'
import { expirySeconds } from './expiry.ts'
import type { ManagedIdentityId } from './identity.ts'

/** What a good answer has to be for. */
export interface Expected {
  id: ManagedIdentityId | undefined
  resource: string
  /** When the request left, in milliseconds since the epoch. */
  requestedAt: number
}

/** `mismatch`: a token, but for somebody or something else. `malformed`: no token that a host would give. */
export type HostToken = { token: IssuedToken } | { mismatch: string } | { malformed: string }

/** The fields in which hosts repeat the identity, by its kind. */
const echoes = { clientId: ['client_id'], objectId: ['object_id'], resourceId: ['mi_res_id', 'msi_res_id'] } as const

/** Reads a host's answer of 200. */
export function readAnswer(text: string, { id, resource, requestedAt }: Expected): HostToken {
  const body = parseObject(text)
  const { refresh_token: _, ...fields } = body ?? {}
  // An empty or zero `expires_on` stands for none.
  const expiresOn = expirySeconds(fields.expires_on) || undefined
  const issued = readTokenResponse(body && { ...fields, expires_on: expiresOn }, requestedAt)
  if ('reason' in issued) return { malformed: issued.reason }
  if (id !== undefined && echoes[id.kind].some((field) => isOther(fields[field], id.value))) {
    return { mismatch: `a token of another identity than the one with the ${id.kind} ${id.value}` }
  }
  if (isOther(withoutSlash(fields.resource), withoutSlash(resource))) {
    return { mismatch: `a token for another resource than ${resource}` }
  }
  return { token: issued }
}

/** What the answer does not repeat is not held against it. */
function isOther(echo: unknown, asked: unknown): boolean {
  if (echo === undefined || echo === null || echo === '') return false
  return String(echo).toLowerCase() !== String(asked).toLowerCase()
}

/** Hosts write a resource with or without the slash at its end, however it was asked for. */
function withoutSlash(resource: unknown): unknown {
  return typeof resource === 'string' ? resource.replace(/\/+$/, '') : resource
}
