import type { AccountIdentifiers } from '../events.ts'
import { textOfBase64url } from './base64url.ts'
import { parseObject } from './token-response.ts'

/** Who a token is for, from its own claims, unchecked; for the log alone. Empty for what is no JWT. */
export function accountIdentifiers(token: string): AccountIdentifiers {
  const claims = parseObject(textOfBase64url(token.split('.')[1] ?? '')) ?? {}
  const named = {
    applicationId: claims.appid,
    tenantId: claims.tid,
    objectId: claims.oid,
    userPrincipalName: claims.upn,
  }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => typeof value === 'string'))
}
