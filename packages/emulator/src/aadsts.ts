import { type Catalogue, type CatalogueEntry, entry } from './refusals/catalogue-entry.ts'
import { clientAssertionRefusals } from './refusals/client-assertions.ts'
import { deviceCodeRefusals } from './refusals/device-codes.ts'
import { signInPageRefusals } from './refusals/sign-in-pages.ts'
import { userGrantRefusals } from './refusals/user-grants.ts'

/**
 * The catalogue of refusals: Entra ID's AADSTS codes with the OAuth error, the HTTP status and the first sentence that
 * go with each. After Microsoft's reference of error codes
 * (https://learn.microsoft.com/entra/identity-platform/reference-error-codes) and answers quoted in public issues.
 */
const catalogue: Catalogue = {
  ...clientAssertionRefusals,
  ...deviceCodeRefusals,
  ...signInPageRefusals,
  ...userGrantRefusals,
  // The request
  900144: entry('invalid_request', 400, "The request body must contain the following parameter: '{parameter}'."),
  90014: entry(
    'invalid_request',
    400,
    "The required field '{parameter}' is missing from the credential. Ensure that the request has everything a sign-in needs.",
  ),
  901002: entry('invalid_request', 400, "The 'resource' request parameter is not supported."),
  900561: entry('invalid_request', 400, 'The endpoint only accepts POST requests. Received a {method} request.'),
  9002313: entry('invalid_request', 400, 'Invalid request. Request is malformed or invalid.'),
  70003: entry('unsupported_grant_type', 400, "The app requested an unsupported grant type '{grant}'."),
  50049: entry('invalid_instance', 400, 'Unknown or invalid instance.'),
  // The tenant
  900023: entry(
    'invalid_request',
    400,
    "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.",
  ),
  90002: entry(
    'invalid_request',
    400,
    "Tenant '{tenant}' not found. Check that it is the right tenant ID and the right cloud; a tenant without active subscriptions looks the same.",
  ),
  50059: entry(
    'invalid_request',
    400,
    'No tenant-identifying information found in either the request or implied by any provided credentials.',
  ),
  // The client
  700016: entry(
    'unauthorized_client',
    400,
    "Application with identifier '{client}' was not found in the directory '{tenant}'. It may not have been installed or consented to there, or the request went to the wrong tenant.",
  ),
  700038: entry('unauthorized_client', 400, '{client} is not a valid application identifier.'),
  7000112: entry('unauthorized_client', 400, "Application '{client}'({app}) is disabled."),
  7000215: entry(
    'invalid_client',
    401,
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'.",
  ),
  7000216: entry(
    'invalid_client',
    401,
    "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
  ),
  7000218: entry(
    'invalid_client',
    401,
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  ),
  7000222: entry(
    'invalid_client',
    401,
    "The provided client secret keys for app '{client}' are expired. Create new keys for the app, or use certificate credentials. Expired keys: '{keys}'.",
  ),
  // Scope and resource
  70011: entry(
    'invalid_scope',
    400,
    "The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
  ),
  28000: entry(
    'invalid_scope',
    400,
    "Provided value for the input parameter scope isn't valid because it contains more than one resource. Scope {scope} isn't valid.",
  ),
  1002012: entry(
    'invalid_scope',
    400,
    'The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).',
  ),
  500011: entry(
    'invalid_resource',
    400,
    'The resource principal named {resource} was not found in the tenant named {tenant}. It may not have been installed or consented to there, or the request went to the wrong tenant.',
  ),
  65001: entry(
    'invalid_grant',
    400,
    "The user or administrator has not consented to use the application with ID '{client}'. Send an interactive authorization request for this user and resource.",
    'consent_required',
  ),
  // Policy and sessions
  50058: entry('invalid_grant', 400, 'A silent sign-in request was sent but no user is signed in.'),
  50076: entry(
    'invalid_grant',
    400,
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{resource}'.",
    'basic_action',
  ),
  50079: entry(
    'interaction_required',
    400,
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '{resource}'.",
    'basic_action',
  ),
  50173: entry(
    'invalid_grant',
    400,
    'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
    'bad_token',
  ),
  53003: entry(
    'invalid_grant',
    400,
    'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
    'message_only',
  ),
  700082: entry(
    'invalid_grant',
    400,
    'The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for {inactive}.',
    'bad_token',
  ),
  // The service
  50196: entry(
    'invalid_grant',
    400,
    'The server terminated an operation because it encountered a client request loop.',
  ),
  90033: entry('temporarily_unavailable', 503, 'A transient error has occurred. Please try again.'),
  90055: entry('temporarily_unavailable', 429, 'The tenant is throttled because of too many requests.'),
}

export function isCatalogued(code: number): boolean {
  return Object.hasOwn(catalogue, code)
}

/** Throws a `RangeError` for a code that is not in the catalogue. */
export function catalogued(code: number): CatalogueEntry {
  const found = isCatalogued(code) ? catalogue[code] : undefined
  if (found) return found
  throw new RangeError(`AADSTS${code} is not in the emulator's catalogue. It knows: ${codes().join(', ')}.`)
}

/** Every code of the catalogue. */
export function codes(): number[] {
  return Object.keys(catalogue).map(Number)
}

/** The sentence with each `{name}` replaced by its detail; a detail that is not known stays empty. */
export function describe(code: number, details: Readonly<Record<string, string>>): string {
  return catalogued(code).text.replace(/\{(\w+)\}/g, (_, name: string) => details[name] ?? '')
}
