import { AuthenticationError } from '../errors.ts'
import { aliasesOf } from '../msal/environments.ts'
import type { UserGrantAnswer } from '../oauth/token-endpoint.ts'
import { homeAccountOf, readIdToken } from '../sign-in/id-token.ts'
import type { AuthenticationRecord } from './authentication-record.ts'

export interface AskedAccount {
  /** Name of the credential, for the error. */
  name: string
  authority: string
  tenantId: string
  clientId: string
  nonce: string | undefined
  /** Milliseconds since the epoch. */
  now: number
}

/**
 * Who signed in, according to an ID token that matches the request. Throws an `AuthenticationError` if there is none.
 */
export function accountOf(
  { idToken, clientInfo, answeredAt }: UserGrantAnswer,
  asked: AskedAccount,
): AuthenticationRecord {
  const { name, authority, clientId } = asked
  const { host } = new URL(authority)
  const claims = readIdToken(idToken, { ...asked, answeredAt, aliases: aliasesOf(host) })
  if ('reason' in claims) {
    const remedy = "Check authorityHost and this machine's clock, then sign in again."
    const problem = {
      who: name,
      reason: `${host} returned an ID token that failed validation: ${claims.reason}.`,
      remedy,
    }
    throw new AuthenticationError(200, { error: 'invalid_response' }, problem)
  }
  const { subject, objectId = subject, tenantId = asked.tenantId, username = subject } = claims
  const homeAccountId = homeAccountOf(clientInfo) ?? `${objectId}.${tenantId}`
  // A host alone implies https; an emulator's http must be spelled out.
  const isHttps = authority === `https://${host}`
  return { authority: isHttps ? host : authority, homeAccountId, clientId, tenantId, username, version: '1.0' }
}
