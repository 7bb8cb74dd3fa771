import { oneLine } from '../runtime/one-line.ts'
import { unverifiedClaims } from './jwt.ts'

/** What a remedy depends on, apart from the code. */
export interface RefusedRequest {
  /** Name of the credential: a remedy is something that its user can do. */
  credential: string
  /** What was sent. */
  form: URLSearchParams
}

type Remedy = string | ((request: RefusedRequest) => string)

const notInThisTenant =
  'Sign in with an account of this tenant, pass the tenant of the account as tenantId, or have it invited as a guest.'
const clock = "Check this machine's clock, and that assertions are renewed in time."
const policy = 'An administrator can see which policy it is in the sign-in log, by the correlation id.'
const publicClient =
  'In the app registration, under Authentication, allow public client flows, and register a redirect URI for mobile and desktop applications if a browser is used.'
const newCode = 'Send the user to the authorization endpoint for a new code.'

/**
 * What to do about a refusal, by AADSTS code (Microsoft's list: "Microsoft Entra authentication and authorization error
 * codes"). Each has its heading in docs/troubleshooting.md.
 */
const byCode: Readonly<Record<number, Remedy>> = {
  // The client and its proof
  7000215: 'Copy the value of the client secret, not its id, or create a new one in the app registration.',
  7000222: 'Create a new client secret in the app registration and deploy it.',
  700016: 'Check the client id, and that the app is registered or consented to in this tenant.',
  700038: 'Check the client id: it is a GUID that is not all zeros.',
  7000112: 'Enable the application in the tenant.',
  7000114: "Pass a user's token as userAssertionToken: this one is an application's own.",
  7000216: proofMissing,
  7000218: proofMissing,
  7000229:
    'Create the service principal of the app in this tenant (az ad sp create --id <client id>), or check the tenant id.',
  700025: 'Use a credential without a secret, certificate or assertion: the app is registered as a public client.',
  700027:
    'Upload the public part of this certificate to the app registration (Certificates & secrets), or use one that is there.',
  50012: (request) =>
    federated(request) ??
    'Check that the signing key belongs to a certificate of the app registration, and that the certificate is valid.',
  50027: 'Check that the assertion is a whole JWT, in three parts.',
  5002723: 'Add x5t#S256, x5t or kid to the header of the assertion.',
  5002738: 'Sign the assertion with PS256 or RS256.',
  // Assertions and federation
  50048: federation,
  70021: federation,
  700021: federation,
  700023: federation,
  700024: clock,
  700211: federation,
  700212: federation,
  700213: federation,
  7000272: federation,
  7002138: (request) => `${federation(request)} Since 2025 upper and lower case must match as well.`,
  // The tenant
  90002: 'Check the tenant id, and that authorityHost names the cloud of the tenant.',
  900023: 'Check the tenant id: it is a GUID or a domain of the tenant.',
  50059: 'Pass the id or a domain of the tenant as tenantId.',
  50049: 'Check authorityHost: it is not a sign-in host that this service knows.',
  50194: 'Pass the id of the tenant as tenantId, or register the app for accounts of any organization.',
  // Scope and resource
  500011: 'Check the scope: the resource before "/.default" must be an API of this tenant.',
  500014: 'Enable the service principal of the resource in this tenant.',
  650052: 'Check the scope, and that this tenant has the service (or a license for it) that the scope belongs to.',
  650053: 'Check the name of the scope: the API does not define it, or has disabled it.',
  650057: 'Add the API to the API permissions of the app registration.',
  70011: 'Check the scope: it ends in "/.default" when an application asks for itself.',
  1002012: 'Use a scope that ends in "/.default" when an application asks for itself.',
  28000: 'Ask for the scopes of one resource at a time.',
  901002: 'Ask for a scope such as "https://storage.azure.com/.default" instead of a resource.',
  9010010:
    'Leave the parameter resource out of the request, or make it an identifier of the app that the scopes belong to.',
  65001: 'An administrator has to consent to the permissions of the app.',
  65004: 'The user declined to consent. Ask again for fewer permissions, or say what they are for.',
  90094: 'An administrator has to consent to the permissions of the app.',
  // Users
  50020: notInThisTenant,
  50034: notInThisTenant,
  51004: notInThisTenant,
  90072: notInThisTenant,
  50053: 'Wait until the account is unlocked, and check what else signs in with an old password.',
  50055: 'Change the password in a browser.',
  50056: 'The account has no password in Entra ID. Sign in with a browser or a device code.',
  50057: 'An administrator has to enable the account.',
  50105: 'Assign the user, or a group that they are in, to the application (Enterprise applications).',
  50126: 'Check the user name and the password.',
  16000: 'Pass the user name as loginHint, or let the person choose an account.',
  165000: 'Start the sign-in again in the same browser, with cookies allowed.',
  // Policies
  50058: signInAgain,
  50072: secondFactor,
  50074: secondFactor,
  50076: secondFactor,
  50078: secondFactor,
  50079: secondFactor,
  50158: 'Sign in again, and do what the policy requires.',
  500121: 'Sign in again, and confirm the second factor.',
  53000: `Sign in from a device that complies with the policies of the organization. ${policy}`,
  53001: `Sign in from a device that is joined to the domain. ${policy}`,
  53002: `Use an application that the policies of the organization approve. ${policy}`,
  53003: `A Conditional Access policy blocks this sign-in. ${policy}`,
  53004: 'Register for multi-factor authentication in a browser, then sign in again.',
  530035:
    'The security defaults of the tenant block this sign-in: they require multi-factor authentication, and do not allow user names with passwords.',
  // Codes, refresh tokens and user assertions
  50011: 'Add the redirect URI, character for character, to the app registration.',
  500112: 'Redeem the code with the same redirect URI with which it was requested.',
  500113: 'Add a redirect URI to the app registration.',
  50013: "Pass the whole access token that the user's client got for this app.",
  500131: 'The user assertion is for another application. Pass a token whose audience is this app.',
  500133: 'The user assertion has expired. Have the client get a new token for this app.',
  50089: signInAgain,
  50148: 'Redeem the code with the code verifier that belongs to its request.',
  501481: 'Redeem the code with the code verifier that belongs to its request.',
  50173: signInAgain,
  54005: newCode,
  70000: 'Redeem the code or refresh token with the client that it was issued to, or sign in again.',
  70008: signInAgain,
  700082: signInAgain,
  700084: signInAgain,
  9002325: 'Send the request for the code with a PKCE challenge.',
  9002326: 'Register the redirect URI for a single-page application, or redeem the code on a server.',
  9002327: 'Register the redirect URI for a web or desktop application, or sign in from the page itself.',
  // Device codes
  70018: 'Ask for a new code, and type it as it is shown.',
  70020: 'Ask for a new code.',
  7000014: 'Ask for a new code.',
  700171: 'Ask again, and confirm the sign-in.',
  // The service
  50196: 'Ask less often: something calls again and again without a change. Keep one credential for the whole program.',
  90033: 'Try again later.',
  90055: 'Ask less often: keep one credential for the whole program.',
}

/** Codes for malformed requests: the user of a credential cannot change what it sends. */
const malformed: readonly number[] = [
  50147, 70003, 70005, 70007, 90014, 90023, 700051, 700054, 900144, 900561, 9002313, 9002324, 9000411,
]

/** The remedy for the first code that has one, or else for the kind of error. */
export function remedyFor(
  codes: readonly number[],
  error: string,
  statusCode: number,
  request: RefusedRequest,
): string | undefined {
  for (const code of codes) {
    const remedy = byCode[code]
    if (remedy !== undefined) return typeof remedy === 'string' ? remedy : remedy(request)
    if (malformed.includes(code)) return 'Check authorityHost, and what may change requests on their way to it.'
  }
  if (error === 'interaction_required') return 'Sign in again with the claims of this error.'
  if (statusCode === 429) return 'Ask less often: keep one credential for the whole program.'
  if (statusCode >= 500) return 'Try again later; Entra ID reports outages at https://azure.status.microsoft.'
  return undefined
}

function signInAgain({ form }: RefusedRequest): string {
  switch (form.get('grant_type')) {
    case 'password':
      return 'A user name and a password cannot satisfy this. Use InteractiveBrowserCredential or DeviceCodeCredential.'
    case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
      return 'Return the claims of this error to the client that called, so that its user signs in again.'
    case 'authorization_code':
      return newCode
    default:
      return 'Sign in again.'
  }
}

function secondFactor(request: RefusedRequest): string {
  const remedy = signInAgain(request)
  return remedy === 'Sign in again.'
    ? 'Sign in again with a second factor, and with the claims of this error if it has any.'
    : remedy
}

/** A request without proof comes from a public client, and most credentials for those cannot take a secret. */
function proofMissing({ credential }: RefusedRequest): string {
  if (credential === 'AuthorizationCodeCredential') return 'Pass the client secret of the app as the third argument.'
  return publicClient
}

function federation(request: RefusedRequest): string {
  return (
    federated(request) ?? 'Compare issuer, subject and audience of the assertion with what the app registration trusts.'
  )
}

/**
 * What in the presented assertion must match the app's federated identity credential; never its signature. `undefined`
 * if there is no assertion, or if the app signed it with its own certificate.
 */
function federated({ form }: RefusedRequest): string | undefined {
  const { iss, sub, aud } = unverifiedClaims(form.get('client_assertion') ?? '') ?? {}
  if (iss === undefined || iss === sub) return undefined
  const presented = `issuer ${shown(iss)}, subject ${shown(sub)} and audience ${shown(aud)}`
  return `Compare them, letter by letter, with the federated credential of the app registration (Certificates & secrets): the presented assertion has ${presented}.`
}

/** A claim of an assertion, which may contain anything. */
function shown(claim: unknown): string {
  const text = Array.isArray(claim) ? claim.join(', ') : claim
  return typeof text === 'string' ? JSON.stringify(oneLine(text, 200)) : 'none'
}
