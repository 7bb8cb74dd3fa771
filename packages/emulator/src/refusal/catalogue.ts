/**
 * The catalogue of refusals, sorted by code: for each of Entra ID's AADSTS codes its OAuth error, its sentence, with a
 * `{placeholder}` for what each refusal fills in, and its `suberror`. From Microsoft's reference of error codes
 * (https://learn.microsoft.com/entra/identity-platform/reference-error-codes), its protocol pages, and quoted responses.
 */
export const catalogue = {
  16000: [
    'interaction_required',
    'Either multiple user identities are available for the current request or selected account is not supported for the scenario.',
  ],
  28000: [
    'invalid_scope',
    'Provided value for the input parameter scope is not valid because it contains more than one resource. Scope {scope} is not valid.',
  ],
  50011: [
    'invalid_client',
    "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application '{client}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this.",
  ],
  50012: ['invalid_client', 'Authentication failed. {reason}'],
  50013: ['invalid_grant', 'Assertion failed signature validation. [Reason - {reason}.]'],
  50020: [
    'invalid_grant',
    "User account '{username}' from identity provider '{provider}' does not exist in tenant '{tenant}' and cannot access the application '{client}'({app}) in that tenant. The account needs to be added as an external user in the tenant first. Sign out and sign in again with a different Azure Active Directory user account.",
  ],
  50027: ['invalid_request', 'JWT token is invalid or malformed.'],
  50034: [
    'invalid_grant',
    'The user account {username} does not exist in the {tenant} directory. To sign into this application, the account must be added to the directory.',
  ],
  50048: ['invalid_client', 'Subject mismatches Issuer claim in the client assertion.'],
  50049: ['invalid_instance', 'Unknown or invalid instance.'],
  50058: ['invalid_grant', 'A silent sign-in request was sent but no user is signed in.'],
  50059: [
    'invalid_request',
    'No tenant-identifying information found in either the request or implied by any provided credentials.',
  ],
  50076: [
    'invalid_grant',
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{resource}'.",
    'basic_action',
  ],
  50079: [
    'interaction_required',
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '{resource}'.",
    'basic_action',
  ],
  50089: ['invalid_grant', 'Authentication failed due to flow token expired.'],
  50126: ['invalid_grant', 'Error validating credentials due to invalid username or password.'],
  50147: ['invalid_request', 'Invalid size of Code_Challenge parameter.'],
  50148: [
    'invalid_grant',
    'The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.',
  ],
  50173: [
    'invalid_grant',
    'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
    'bad_token',
  ],
  50194: [
    'invalid_request',
    "Application '{client}'({app}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
  ],
  50196: ['invalid_grant', 'The server terminated an operation because it encountered a client request loop.'],
  53003: [
    'invalid_grant',
    'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
    'message_only',
  ],
  54005: [
    'invalid_grant',
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  ],
  65001: [
    'invalid_grant',
    "The user or administrator has not consented to use the application with ID '{client}' named '{app}'. Send an interactive authorization request for this user and resource.",
    'consent_required',
  ],
  65004: ['access_denied', 'User declined to consent to access the app.'],
  70000: ['invalid_grant', 'Provided grant is invalid or malformed.'],
  70003: ['unsupported_grant_type', "The app requested an unsupported grant type '{grant}'."],
  70005: ['unsupported_response_type', "The app requested an unsupported response type '{type}'."],
  70007: ['invalid_request', "'{mode}' is not a supported value of 'response_mode' for this request."],
  70008: [
    'invalid_grant',
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  ],
  70011: [
    'invalid_scope',
    "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
  ],
  70016: ['authorization_pending', 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.'],
  70018: [
    'bad_verification_code',
    'Invalid verification code due to User typing in wrong user code for device code flow. Authorization is not approved.',
  ],
  70020: [
    'expired_token',
    "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
  ],
  90002: [
    'invalid_request',
    "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  ],
  90014: [
    'invalid_request',
    "The required field '{parameter}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.",
  ],
  90023: ['invalid_request', "Unsupported '{parameter}' value."],
  90033: ['temporarily_unavailable', 'A transient error has occurred. Please try again.'],
  90055: ['temporarily_unavailable', 'The tenant is throttled because of too many requests.'],
  165000: [
    'invalid_request',
    'Invalid Request: Request Tokens do not match the user context. The form was not sent by the page that showed it, in the browser that opened it.',
  ],
  500011: [
    'invalid_resource',
    'The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.',
  ],
  500112: [
    'invalid_client',
    "The reply address '{redirect}' does not match the reply address '{expected}' provided when requesting Authorization code.",
  ],
  500113: ['invalid_request', 'No reply address is registered for the application.'],
  500121: ['invalid_grant', 'Authentication failed during strong authentication request.'],
  500131: [
    'invalid_grant',
    "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was '{audience}' and the expected audience is 'api://{client}' or one of the Application Uris of this application with App ID '{client}'.",
  ],
  500133: [
    'invalid_grant',
    'Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token. Current time: {now}, expiry time of assertion {until}.',
  ],
  501481: [
    'invalid_grant',
    'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  ],
  650053: [
    'invalid_client',
    "The application '{app}' asked for scope '{scope}' that doesn't exist on the resource '{resource}'. Contact the app vendor.",
  ],
  700016: [
    'unauthorized_client',
    "Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
  ],
  700021: ['invalid_client', "Client assertion application identifier doesn't match 'client_id' parameter."],
  700023: ['invalid_client', 'Client assertion audience claim does not match Realm issuer.'],
  700024: [
    'invalid_client',
    'Client assertion is not within its valid time range. Current time: {now}, assertion valid from {from}, expiry time of assertion {until}. Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .',
  ],
  700025: ['invalid_client', "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."],
  700027: [
    'invalid_client',
    "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - {reason}., Thumbprint of key used by client: '{thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{client}'. Review the documentation at https://docs.microsoft.com/en-us/graph/deployments to determine the corresponding service endpoint and https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build a query request URL, such as 'https://graph.microsoft.com/beta/applications/{client}']",
  ],
  700038: ['unauthorized_client', '{client} is not a valid application identifier.'],
  700051: ['unsupported_response_type', "response_type 'token' is not enabled for the application."],
  700054: ['unsupported_response_type', "response_type 'id_token' is not enabled for the application."],
  700082: [
    'invalid_grant',
    'The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for {inactive}.',
    'bad_token',
  ],
  700084: [
    'invalid_grant',
    'The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of {life}, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page. The token was issued on {issued}.',
    'bad_token',
  ],
  700171: ['authorization_declined', 'OAuth 2.0 device flow error. The end-user declined the request.'],
  700211: [
    'invalid_client',
    "No matching federated identity record found for presented assertion issuer '{issuer}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
  ],
  700212: [
    'invalid_client',
    "No matching federated identity record found for presented assertion audience '{audience}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
  ],
  700213: [
    'invalid_client',
    "No matching federated identity record found for presented assertion subject '{subject}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
  ],
  900023: [
    'invalid_request',
    "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.",
  ],
  900144: ['invalid_request', "The request body must contain the following parameter: '{parameter}'."],
  900561: ['invalid_request', 'The endpoint only accepts POST requests. Received a {method} request.'],
  901002: ['invalid_request', "The 'resource' request parameter is not supported."],
  1002012: [
    'invalid_scope',
    'The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).',
  ],
  5002723: [
    'invalid_client',
    'Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header.',
  ],
  5002738: [
    'invalid_client',
    "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms are: '{supported}'",
  ],
  7000014: ['invalid_grant', "The provided value for the input parameter 'device_code' is not valid."],
  7000112: ['unauthorized_client', "Application '{client}'({app}) is disabled."],
  7000114: ['invalid_grant', "Application '{client}' is not allowed to make application on-behalf-of calls."],
  7000215: [
    'invalid_client',
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'.",
  ],
  7000216: [
    'invalid_client',
    "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
  ],
  7000218: [
    'invalid_client',
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  ],
  7000222: [
    'invalid_client',
    "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
  ],
  7000272: [
    'invalid_client',
    "The certificate with identifier {thumbprint} used to sign the federated credential could not be found in the metadata of identity provider {issuer}. Please validate that your Identity Provider's metadata exposes the key used to sign the incoming token.",
  ],
  7002138: [
    'invalid_client',
    "No matching federated identity record found for presented assertion subject '{subject}'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. See documentation at: https://learn.microsoft.com/entra/workload-id/workload-identity-federation. See breaking change notification and remediation at: https://learn.microsoft.com/en-us/entra/identity-platform/reference-breaking-changes#august-2024.",
  ],
  9000411: ['invalid_request', "The request is not properly formatted. The parameter '{parameter}' is duplicated."],
  9002313: ['invalid_request', 'Invalid request. Request is malformed or invalid.'],
  9002324: [
    'invalid_request',
    "Request should not contain more than one client credential parameters, this includes 'client_secret', 'client_assertion' and 'request' parameters.",
  ],
  9002325: [
    'invalid_request',
    'Proof Key for Code Exchange is required for cross-origin authorization code redemption.',
  ],
  9002326: [
    'invalid_request',
    "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request origin: '{origin}'.",
  ],
  9002327: [
    'invalid_request',
    "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
  ],
  9010010: [
    'invalid_target',
    "The resource parameter provided in the request doesn't match with the requested scopes.",
  ],
} as const
