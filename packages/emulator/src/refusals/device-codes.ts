import { type Catalogue, entry } from './catalogue-entry.ts'

/**
 * Refusals of the device code flow. Their OAuth errors are those of Microsoft's page on the flow
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code) and of RFC 8628, section 3.5.
 */
export const deviceCodeRefusals: Catalogue = {
  70016: entry(
    'authorization_pending',
    400,
    'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
  ),
  70018: entry(
    'bad_verification_code',
    400,
    'Invalid verification code due to User typing in wrong user code for device code flow. Authorization is not approved.',
  ),
  70020: entry(
    'expired_token',
    400,
    "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
  ),
  700171: entry('authorization_declined', 400, 'OAuth 2.0 device flow error. The end-user declined the request.'),
  7000014: entry('invalid_grant', 400, "The provided value for the input parameter 'device_code' is not valid."),
}
