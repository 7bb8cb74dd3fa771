import { AuthenticationError } from '../errors.ts'
import { refusalError } from '../oauth/entra-error.ts'

export interface ExpectedAnswer {
  /** Name of the credential, for errors. */
  credential: string
  scopes: readonly string[]
  /** Hosts of the authority's cloud. */
  hosts: readonly string[]
}

/**
 * The code of an answer of the authorization endpoint. Throws the refusal where it is one, and an `AuthenticationError`
 * where it names another issuer (RFC 9207) or holds no code.
 */
export function readAuthorizationAnswer(fields: ReadonlyMap<string, string>, expected: ExpectedAnswer): string {
  const { credential, scopes, hosts } = expected
  const issuer = fields.get('iss')
  if (issuer !== undefined && !(URL.canParse(issuer) && hosts.includes(new URL(issuer).host))) {
    throw noCode(credential, 'it is of another issuer')
  }
  const error = fields.get('error')
  if (error !== undefined) {
    const description = fields.get('error_description') ?? ''
    const codes = [...description.matchAll(/AADSTS(\d{4,9})/g)].map(([, code]) => Number(code))
    const { error_subcode: subcode, ...body } = Object.fromEntries(fields)
    const suberror = body.suberror ?? subcode
    const text = JSON.stringify({ ...body, error, error_codes: codes, suberror })
    const answer = { status: 400, text, header: () => undefined, retryAfterMs: undefined }
    throw refusalError({ credential, answer, scopes, redact: (said) => said })
  }
  const code = fields.get('code')
  if (code === undefined || !/^[\x21-\x7e]+$/.test(code)) throw noCode(credential, 'it holds no code')
  return code
}

function noCode(credential: string, reason: string): AuthenticationError {
  const mend = 'Check authorityHost, then sign in again.'
  const message = `${credential}: the answer to the sign-in does not count: ${reason}. ${mend}`
  return new AuthenticationError(400, { error: 'invalid_response', errorDescription: message }, { message, mend })
}
