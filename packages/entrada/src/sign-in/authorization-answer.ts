import { refusalError } from '../oauth/refusal.ts'
import { rejectedResponse } from './sign-in-refusals.ts'

const checkAuthority = 'Check authorityHost, then sign in again.'

export interface ExpectedAnswer {
  /** Name of the credential, for errors. */
  credential: string
  scopes: readonly string[]
  /** Hosts of the authority's cloud. */
  hosts: readonly string[]
}

/**
 * Returns the code in a response from the authorization endpoint. Throws the refusal if it is one, and an
 * `AuthenticationError` if it names a different issuer (RFC 9207) or contains no code.
 */
export function readAuthorizationAnswer(fields: ReadonlyMap<string, string>, expected: ExpectedAnswer): string {
  const { credential, scopes, hosts } = expected
  const issuer = fields.get('iss')
  if (issuer !== undefined && !(URL.canParse(issuer) && hosts.includes(new URL(issuer).host))) {
    throw rejectedResponse(credential, 'it came from a different issuer', checkAuthority)
  }
  const error = fields.get('error')
  if (error !== undefined) {
    const { error_subcode: subcode, ...body } = Object.fromEntries(fields)
    const suberror = body.suberror ?? subcode
    const text = JSON.stringify({ ...body, error, suberror })
    const answer = { status: 400, text, header: () => undefined, retryAfterMs: undefined }
    throw refusalError({ credential, answer, scopes, form: new URLSearchParams() })
  }
  const code = fields.get('code')
  if (code === undefined || !/^[\x21-\x7e]+$/.test(code))
    throw rejectedResponse(credential, 'it contains no code', checkAuthority)
  return code
}
