import { type Catalogue, entry } from './catalogue-entry.ts'

/** Refusals of grants that stand for a user: codes, refresh tokens, user assertions, passwords. */
export const userGrantRefusals: Catalogue = {
  50011: entry(
    'invalid_client',
    401,
    "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application '{client}'.",
  ),
  500112: entry(
    'invalid_client',
    401,
    "The reply address '{redirect}' does not match the reply address '{expected}' provided when requesting Authorization code.",
  ),
  50013: entry('invalid_grant', 400, 'Assertion failed signature validation. [Reason - {reason}.]'),
  500131: entry(
    'invalid_grant',
    400,
    "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was '{audience}' and the expected audience is 'api://{client}' or one of the Application Uris of this application with App ID '{client}'.",
  ),
  500133: entry(
    'invalid_grant',
    400,
    'Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token. Current time: {now}, expiry time of assertion {until}.',
  ),
  50020: entry(
    'invalid_grant',
    400,
    "User account '{username}' from identity provider 'https://sts.windows.net/{home}/' does not exist in tenant '{tenant}' and cannot access the application '{client}'({app}) in that tenant.",
  ),
  50034: entry('invalid_grant', 400, 'The user account {username} does not exist in the {tenant} directory.'),
  50126: entry('invalid_grant', 400, 'Error validating credentials due to invalid username or password.'),
  50148: entry(
    'invalid_grant',
    400,
    'The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.',
  ),
  501481: entry(
    'invalid_grant',
    400,
    'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  ),
  54005: entry(
    'invalid_grant',
    400,
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  ),
  70000: entry('invalid_grant', 400, 'Provided grant is invalid or malformed.'),
  70008: entry(
    'invalid_grant',
    400,
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  ),
  7000114: entry('invalid_grant', 400, "Application '{client}' is not allowed to make application on-behalf-of calls."),
}
