import type { AadstsCode } from './codes.ts'

/**
 * What to do about a refusal, for readers of the pages or the live view. The grant matters where an app has no way to
 * send a secret: a device code and a password are for public clients.
 */
export function remedyOf(code: AadstsCode, grantType?: string): string {
  const grant = grantType?.split(':').at(-1)
  return code === 7000218 && (grant === 'device_code' || grant === 'password') ? allowPublicClient : remedies[code]
}

/** The remedy for apps that people sign in to from a device, or with a password. */
export const allowPublicClient: string =
  'Allow public client flows for the app: publicClient: true in its declaration, “Allow public client flows” in Entra ID.'
const compareCredential =
  'Compare the issuer, subject and audience of the token that was sent with the app’s federatedCredentials.'
const signInAgain = 'Send the user to the sign-in page again.'
const newDeviceCode = 'Request a new code on the device.'

/** One remedy for each code of the catalogue, in the same order. */
const remedies: Readonly<Record<AadstsCode, string>> = {
  16000: 'Name the account with login_hint, or omit prompt=none so that the user can choose.',
  28000: 'Request one resource at a time; use the refresh token to get tokens for the others.',
  50011: 'Add the redirect URI to the app’s redirectUris, character for character, or send one that is registered.',
  50012: 'Sign the assertion with the key of a registered certificate, and give each assertion a new jti.',
  50013: 'Send the complete access token that the user’s client got for this app.',
  50020: 'Sign in with a user of this tenant, or use the user’s home tenant.',
  50027: 'Send a JWT, which has three parts.',
  50034: 'Declare the user in users, or add them on the emulator’s own page.',
  50048: 'Set both iss and sub of the assertion to the app’s client id.',
  50049: 'Add the host to the emulator’s hosts option.',
  50058: 'Nobody is signed in in this browser: sign in on a page first, then use prompt=none.',
  50059: 'Put a tenant’s id or domain into the URL.',
  50076: 'Sign the user in again with the claims of this answer; the page asks for a second factor.',
  50079: 'Sign the user in again with the claims of this answer; the page asks for a second factor.',
  50089: 'Start the sign-in again from the app.',
  50126: 'Enter the password that the directory declares for the user.',
  50147: 'Send the base64url-encoded SHA-256 of the verifier as code_challenge: 43 characters.',
  50148: 'Send code_verifier with the code.',
  50173: signInAgain,
  50194: "Use the tenant’s own URL, or declare the app with tenants: '*'.",
  50196: 'Look for a loop: a client that repeats a request without changing anything.',
  53003: 'Lift the policy that blocks the app: its conditionalAccess or refuse.',
  54005: 'Redeem each code once, and keep the refresh token for later.',
  65001: "Send the user to the sign-in page, which asks for consent, or declare the app with consent: 'granted'.",
  65004: 'The user declined. Request fewer permissions, or explain what they are for.',
  70000: 'Send the code or token with the client id that it was issued to.',
  70003: 'Use one of the grants that the emulator’s README lists.',
  70005: 'Use code, id_token or both.',
  70007: 'Use query, fragment or form_post; id_token rules out query.',
  70008: 'Redeem the code within ten minutes.',
  70011: 'Write the scope as resource/permission or resource/.default.',
  70016: 'Nothing to do: the user has not finished yet. Poll no more often than interval says.',
  70018: newDeviceCode,
  70020: newDeviceCode,
  90002: 'Declare the tenant, or correct its id or domain.',
  90014: 'Send the missing field.',
  90023:
    'Use a value that the emulator supports: the only code_challenge_method is S256, and the only token_type Bearer.',
  90033: 'The test’s script injected this fault. Try again.',
  90055: 'The test’s script injected this fault. Wait as long as Retry-After says.',
  165000: 'Start the sign-in again in this browser, with cookies enabled.',
  500011: 'Declare the resource, or correct the scope.',
  500112: 'Redeem the code with the redirect_uri that the sign-in used.',
  500113: 'Declare redirectUris for the app.',
  500121: 'Enter the user’s secondFactorCode.',
  500131: 'The assertion is for another app: send one whose aud is this app.',
  500133: 'The assertion has expired: get a new one from the user’s client.',
  501481: 'Send the code_verifier of the same sign-in.',
  650053: 'Request a scope that the API’s oauth2PermissionScopes define and that is enabled.',
  700016: 'Declare the app in this tenant, or correct the client id or the tenant.',
  700021: 'Set iss and sub of the assertion to the client_id of the form.',
  700023: 'Set aud of the assertion to the URL of the token endpoint.',
  700024: 'Compare the clocks, and sign a new assertion.',
  700025: 'Omit the secret: the app is a public client.',
  700027: 'Register the certificate with the app.',
  700038: 'Use the app’s own client id.',
  700051: 'Use response_type=code; access tokens are not sent in the browser’s URL.',
  700054: 'Declare the app with idTokens: true.',
  700082: signInAgain,
  700084: signInAgain,
  700171: 'The user declined. Request a new code if they want to sign in after all.',
  700211: compareCredential,
  700212: compareCredential,
  700213: compareCredential,
  900023: 'Write the tenant as a GUID or a domain.',
  900144: 'Send the missing parameter.',
  900561: 'Use POST.',
  901002: 'Send scope; resource belongs to the endpoint without v2.0.',
  1002012: 'Request the resource’s identifier followed by /.default.',
  5002723: 'Put x5t, x5t#S256 or kid into the assertion’s header.',
  5002738: 'Sign with RS256 or PS256.',
  7000014: newDeviceCode,
  7000112: 'Remove disabled from the app’s declaration.',
  7000114: 'Send a user’s token: this one is an app’s own.',
  7000215: 'Send the value of one of the app’s secrets.',
  7000216: 'Send client_secret or client_assertion.',
  7000218:
    'Send client_secret or client_assertion, or allow public client flows for the app: publicClient: true in its declaration.',
  7000222: 'Create a new secret; this one has expired.',
  7000272: 'Publish the key at the issuer’s jwks_uri.',
  7002138: 'Write the subject of the federated credential with the letters of the token, capital and small.',
  9000411: 'Send each parameter once.',
  9002313: 'Compare the request with the protocol: something in it is malformed.',
  9002324: 'Send client_secret or client_assertion, not both.',
  9002325: 'Send code_challenge and code_challenge_method=S256.',
  9002326: 'Register the redirect URI under spa, or redeem the code on a server.',
  9002327: 'Redeem the code in the page, or register the redirect URI under web or publicClient.',
  9010010: 'Leave resource out, or make it an identifierUri of the app whose scopes are requested.',
}
