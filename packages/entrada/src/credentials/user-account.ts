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

/** Who signed in, by an id token that fits what was asked. Throws an `AuthenticationError` where none does. */
export function accountOf({ idToken, clientInfo }: UserGrantAnswer, asked: AskedAccount): AuthenticationRecord {
  const { name, authority, clientId } = asked
  const { host } = new URL(authority)
  const claims = readIdToken(idToken, { ...asked, aliases: aliasesOf(host) })
  if ('reason' in claims) {
    const mend = "Check authorityHost and this machine's clock, then sign in again."
    const message = `${name}: ${host} gave an identity that does not count: ${claims.reason}. ${mend}`
    throw new AuthenticationError(200, { error: 'invalid_response', errorDescription: message }, { message, mend })
  }
  const { subject, objectId = subject, tenantId = asked.tenantId, username = subject } = claims
  const homeAccountId = homeAccountOf(clientInfo) ?? `${objectId}.${tenantId}`
  // A host alone means https; an emulator's http is said.
  const isHttps = authority === `https://${host}`
  return { authority: isHttps ? host : authority, homeAccountId, clientId, tenantId, username, version: '1.0' }
}
