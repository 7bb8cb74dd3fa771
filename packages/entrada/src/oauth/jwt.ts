import type { AccountIdentifiers } from '../events.ts'
import { textOfBase64url } from '../runtime/base64url.ts'
import { parseObject } from './token-response.ts'

/** The claims of a JWT, whose signature is not checked; `undefined` for anything else. */
export function unverifiedClaims(token: string): Record<string, unknown> | undefined {
  return parseObject(textOfBase64url(token.split('.')[1] ?? ''))
}

/** Who a token is for, according to its own claims; only for the log. Empty for anything but a JWT. */
export function accountIdentifiers(token: string): AccountIdentifiers {
  const claims = unverifiedClaims(token) ?? {}
  const named = {
    applicationId: claims.appid,
    tenantId: claims.tid,
    objectId: claims.oid,
    userPrincipalName: claims.upn,
  }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => typeof value === 'string'))
}
