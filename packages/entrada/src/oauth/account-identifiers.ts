import type { AccountIdentifiers } from '../events.ts'
import { parseObject } from './token-response.ts'

/** Who a token is for, from its own claims, unchecked; for the log alone. Empty for what is no JWT. */
export function accountIdentifiers(token: string): AccountIdentifiers {
  const claims = parseObject(decode(token.split('.')[1] ?? '')) ?? {}
  const named = {
    applicationId: claims.appid,
    tenantId: claims.tid,
    objectId: claims.oid,
    userPrincipalName: claims.upn,
  }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => typeof value === 'string'))
}

function decode(base64url: string): string {
  try {
    const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
    return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)))
  } catch {
    return ''
  }
}
