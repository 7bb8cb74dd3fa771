import type { GivenToken, Refusal } from './family.ts'

/**
 * A token as every family states it. Both ways of saying when it ends are there: Terraform reads `expires_in` alone, most
 * others `expires_on`. Seconds since the epoch are what clients of every version read.
 */
export function tokenBody({ token, resource, expiresOn, expiresIn, clientId }: GivenToken): object {
  return {
    access_token: token,
    ...(clientId === undefined ? {} : { client_id: clientId }),
    expires_in: String(expiresIn),
    expires_on: String(expiresOn),
    resource,
    token_type: 'Bearer',
  }
}

/** An OAuth error response (RFC 6749, section 5.2), as the instance metadata service sends it. */
export function oauthBody({ status, reason }: Refusal): object {
  const error = status === 429 ? 'too_many_requests' : status >= 500 ? 'server_error' : 'invalid_request'
  return { error, error_description: reason }
}
