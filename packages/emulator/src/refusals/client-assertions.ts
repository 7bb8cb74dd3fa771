import { type Catalogue, entry } from './catalogue-entry.ts'

const CHECK =
  'Please check your federated identity credential Subject, Audience and Issuer against the presented assertion.'

/** Refusals of client assertions: signed with a certificate's key, or by a federated issuer. */
export const clientAssertionRefusals: Catalogue = {
  50012: entry('invalid_client', 401, 'Authentication failed. {reason}'),
  50027: entry('invalid_request', 400, 'JWT token is invalid or malformed.'),
  50048: entry('invalid_client', 401, 'Subject mismatches Issuer claim in the client assertion.'),
  700021: entry('invalid_client', 401, "Client assertion application identifier doesn't match 'client_id' parameter."),
  700023: entry('invalid_client', 401, 'Client assertion audience claim does not match Realm issuer.'),
  700024: entry(
    'invalid_client',
    401,
    'Client assertion is not within its valid time range. Current time: {now}, assertion valid from {from}, expiry time of assertion {until}.',
  ),
  700025: entry(
    'invalid_client',
    401,
    "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  ),
  700027: entry(
    'invalid_client',
    401,
    "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - {reason}., Thumbprint of key used by client: '{thumbprint}']",
  ),
  700211: entry(
    'invalid_client',
    401,
    `No matching federated identity record found for presented assertion issuer '{issuer}'. ${CHECK}`,
  ),
  700212: entry(
    'invalid_client',
    401,
    `No matching federated identity record found for presented assertion audience '{audience}'. ${CHECK}`,
  ),
  700213: entry(
    'invalid_client',
    401,
    `No matching federated identity record found for presented assertion subject '{subject}'. ${CHECK}`,
  ),
  5002723: entry(
    'invalid_client',
    401,
    'Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header.',
  ),
  5002738: entry(
    'invalid_client',
    401,
    "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms are: '{supported}'",
  ),
  7000272: entry(
    'invalid_client',
    401,
    "The certificate with identifier {thumbprint} used to sign the federated credential could not be found in the metadata of identity provider {issuer}. Please validate that your Identity Provider's metadata exposes the key used to sign the incoming token.",
  ),
}
