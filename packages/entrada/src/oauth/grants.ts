/** One way to obtain a token: the fields that it adds to the form, and the scopes that it adds to the caller's. */
export interface Grant {
  fields: Readonly<Record<string, string>>
  scopes: readonly string[]
}

/** The scopes that a user flow adds to get a refresh token and an ID token (OpenID Connect Core, 11). */
export const userScopes: readonly string[] = ['openid', 'profile', 'offline_access']

/** An application that asks on behalf of the user who called it (RFC 7523, 2.1; Microsoft's on-behalf-of flow). */
export function onBehalfOf(assertion: string): Grant {
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
  return { fields: { grant_type, assertion, requested_token_use: 'on_behalf_of' }, scopes: userScopes }
}

/** A code from the authorization endpoint (RFC 6749, 4.1.3). */
export function authorizationCode(code: string, redirectUri: string): Grant {
  return { fields: { grant_type: 'authorization_code', code, redirect_uri: redirectUri }, scopes: userScopes }
}

/** A refresh token (RFC 6749, 6). */
export function refreshToken(token: string): Grant {
  return { fields: { grant_type: 'refresh_token', refresh_token: token }, scopes: userScopes }
}

/** A user's name and password (RFC 6749, 4.3), which does not work with multi-factor authentication. */
export function password(username: string, secret: string): Grant {
  return { fields: { grant_type: 'password', username, password: secret }, scopes: userScopes }
}
