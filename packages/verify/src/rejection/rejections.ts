/** Why a token was rejected, in the order in which a token is looked at. */
export type RejectionCode =
  | 'missing'
  | 'malformed'
  | 'algorithm'
  | 'header'
  | 'graph-token'
  | 'claims'
  | 'issuer'
  | 'tenant'
  | 'version'
  | 'unknown-key'
  | 'signature'
  | 'id-token'
  | 'audience'
  | 'bound'
  | 'expired'
  | 'not-yet-valid'
  | 'client'
  | 'kind'
  | 'scope'
  | 'role'
  | 'insufficient-claims'

/** What is said of a rejection. */
export interface Rejection {
  /** 401: a token, or another one, may help. 403: the token is good, and does not permit this. */
  statusCode: 401 | 403
  /** The error code of RFC 6750, 3.1, or Entra ID's `insufficient_claims`; none where no token was sent. */
  error?: 'invalid_token' | 'insufficient_scope' | 'insufficient_claims'
  /** A sentence for the caller, and the log. Nothing of the token is in it. */
  description: string
  /** A sentence or two for whoever runs the API, or calls it. */
  remedy: string
}

const invalid = { statusCode: 401, error: 'invalid_token' } as const
const insufficient = { statusCode: 403, error: 'insufficient_scope' } as const

/** Every code, with its words. */
export const rejections: Readonly<Record<RejectionCode, Rejection>> = {
  missing: {
    statusCode: 401,
    description: 'The request has no bearer token.',
    remedy: 'Send one in the header Authorization, as "Bearer" and the token.',
  },
  malformed: {
    ...invalid,
    description: 'The token is not a well-formed JWT.',
    remedy: 'Pass the access token as Entra ID issued it: three parts, unpadded base64url, at most 16 KiB.',
  },
  algorithm: {
    ...invalid,
    description: 'The token is not signed with RS256.',
    remedy: 'Entra ID signs access tokens with RS256 alone: find out who made this one.',
  },
  header: {
    ...invalid,
    description: 'The token has a header that Entra ID does not write.',
    remedy: 'A token must not bring its own key, or extensions that have to be understood: find out who made this one.',
  },
  'graph-token': {
    ...invalid,
    description: 'The token is for Microsoft Graph.',
    remedy:
      'Only Graph can verify its tokens. Ask Entra ID for a token with a scope of this API, such as api://{client id}/.default.',
  },
  claims: {
    ...invalid,
    description: 'The token lacks a claim that Entra ID always writes, or has it with another type.',
    remedy: 'Send an access token of Entra ID, version 1.0 or 2.0, that is meant for a registered API.',
  },
  issuer: {
    ...invalid,
    description: 'The token is from another issuer.',
    remedy: 'Ask the authority of this API for the token; for other clouds than the public one set the option clouds.',
  },
  tenant: {
    ...invalid,
    description: 'The token is from another tenant.',
    remedy: 'Sign in to a tenant that this API serves, or add the tenant to the option tenants.',
  },
  version: {
    ...invalid,
    description: 'The version of the token does not belong to its issuer.',
    remedy: 'Version 1.0 comes from the tenant’s v1 issuer, 2.0 from its v2.0 issuer: find out who made this one.',
  },
  'unknown-key': {
    ...invalid,
    description: 'The token is signed with a key that its issuer does not publish.',
    remedy:
      'If the app has a signing key of its own (claims mapping), give its keys with the option keys; else find out who made it.',
  },
  signature: {
    ...invalid,
    description: 'The signature of the token does not fit.',
    remedy: 'The token was changed on its way, or made by somebody else.',
  },
  'id-token': {
    ...invalid,
    description: 'The token is an ID token.',
    remedy: 'It tells a client who signed in. Send the access token to an API.',
  },
  audience: {
    ...invalid,
    description: 'The token is for another API.',
    remedy:
      'Ask for a token with a scope of this API, or add what was found to the option audience if it is a name of this API.',
  },
  bound: {
    ...invalid,
    description: 'The token is bound to a key.',
    remedy: 'This package does not check the proof of it (DPoP, mTLS): ask Entra ID for a bearer token.',
  },
  expired: {
    ...invalid,
    description: 'The token has expired.',
    remedy: 'Ask for a new one; if it is new, look at the clock of this machine.',
  },
  'not-yet-valid': {
    ...invalid,
    description: 'The token is not valid yet.',
    remedy: 'Look at the clock of this machine, or set the option clockTolerance.',
  },
  client: {
    ...insufficient,
    description: 'The client that got the token may not call this API.',
    remedy: 'Add its client id to the option allowedClients if it may.',
  },
  kind: {
    ...insufficient,
    description: 'The token is of the wrong kind: a user’s where an application’s is needed, or the reverse.',
    remedy: 'requiredScopes is for users, requiredRoles for applications: set both if both may call.',
  },
  scope: {
    ...insufficient,
    description: 'The token lacks a scope.',
    remedy: 'The client has to ask for the scope, and the user or an administrator has to consent.',
  },
  role: {
    ...insufficient,
    description: 'The token lacks an app role.',
    remedy: 'Assign the app role to the application or user in Entra ID, then get a new token.',
  },
  'insufficient-claims': {
    statusCode: 401,
    error: 'insufficient_claims',
    description: 'The token does not satisfy a policy of this API.',
    remedy: 'The client has to ask Entra ID for a new token with the claims of the challenge.',
  },
}
