/** The keys of the entries, as the MSAL libraries build them: parts joined by hyphens, in lower case. */

export interface CredentialKeyParts {
  type: 'AccessToken' | 'RefreshToken' | 'IdToken'
  /** Empty for an application's own tokens. */
  homeAccountId: string
  environment: string
  clientId: string
  /** The tenant. Refresh tokens have none: one serves every tenant. */
  realm?: string
  /** The scopes, joined by a blank. */
  target?: string
}

export function credentialKey(parts: CredentialKeyParts): string {
  const { homeAccountId, environment, type, clientId, realm = '', target = '' } = parts
  return [homeAccountId, environment, type, clientId, realm, target].join('-').toLowerCase()
}
