/** Where a caller gets a token for this API: what every challenge of a verifier has in common. */
export interface ChallengeContext {
  /** Entra ID's authorization endpoint. */
  authorizationUri: string
  /** Where the metadata of this API is (RFC 9728). */
  resourceMetadata?: string | undefined
}

/** What one challenge says. */
export interface Challenge {
  error?: string | undefined
  description: string
  scope?: readonly string[] | undefined
  claims?: string | undefined
}

/** The authorization endpoint of the public cloud for every tenant. */
export const publicAuthorizationUri = 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize'

/**
 * The value of `WWW-Authenticate`: RFC 6750, 3, with the parameters that clients of Entra ID look for
 * (https://learn.microsoft.com/entra/identity-platform/claims-challenge) and `resource_metadata` of RFC 9728, 5.1. A
 * request without a token is told no error.
 */
export function bearerChallenge(context: ChallengeContext, challenge: Challenge): string {
  const { error, description, scope, claims } = challenge
  const parameters = [
    ['realm', ''],
    ['authorization_uri', context.authorizationUri],
    ['error', error],
    ['error_description', error && plain(description)],
    ['scope', scope?.join(' ')],
    ['claims', claims && encoded(claims)],
    ['resource_metadata', context.resourceMetadata],
  ] as const
  const written = parameters.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}="${value}"`)
  return `Bearer ${written.join(', ')}`
}

/** RFC 6750, 3: printable ASCII without the quote and the backslash. */
function plain(text: string): string {
  return text.replace(/’/g, "'").replace(/[^\x20-\x7e]|["\\]/g, '')
}

/** Standard base64, as clients of Entra ID expect it. */
function encoded(claims: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(claims)))
}
