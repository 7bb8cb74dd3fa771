import { type Catalogue, entry } from './catalogue-entry.ts'

/** Refusals of the authorization endpoint and of the pages where people sign in. */
export const signInPageRefusals: Catalogue = {
  16000: entry(
    'interaction_required',
    400,
    'Either multiple user identities are available for the current request or selected account is not supported for the scenario.',
  ),
  50020: entry(
    'invalid_grant',
    400,
    "User account '{username}' from identity provider '{provider}' does not exist in tenant '{tenant}' and cannot access the application '{client}'({app}) in that tenant. The account needs to be added as an external user in the tenant first.",
  ),
  50089: entry('invalid_grant', 400, 'Authentication failed due to flow token expired.'),
  50147: entry('invalid_request', 400, 'Invalid size of Code_Challenge parameter.'),
  50194: entry(
    'invalid_request',
    400,
    "Application '{client}'({app}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
  ),
  500113: entry('invalid_request', 400, 'No reply address is registered for the application.'),
  500121: entry('invalid_grant', 400, 'Authentication failed during strong authentication request.'),
  65004: entry('access_denied', 400, 'User declined to consent to access the app.'),
  70005: entry('unsupported_response_type', 400, "The app requested an unsupported response type '{type}'."),
  70007: entry('invalid_request', 400, "'{mode}' is not a supported value of 'response_mode' for this request."),
  90023: entry('invalid_request', 400, "Unsupported '{parameter}' value."),
  165000: entry(
    'invalid_request',
    403,
    'Invalid Request: Request Tokens do not match the user context. The form was not sent by the page that showed it, in the browser that opened it.',
  ),
  700051: entry('unsupported_response_type', 400, "response_type 'token' is not enabled for the application."),
  700054: entry('unsupported_response_type', 400, "response_type 'id_token' is not enabled for the application."),
  700084: entry(
    'invalid_grant',
    400,
    'The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of {life}, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page. The token was issued on {issued}.',
    'bad_token',
  ),
  9002325: entry(
    'invalid_request',
    400,
    'Proof Key for Code Exchange is required for cross-origin authorization code redemption.',
  ),
  9002326: entry(
    'invalid_request',
    400,
    "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request origin: '{origin}'.",
  ),
  9002327: entry(
    'invalid_request',
    400,
    "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
  ),
}
