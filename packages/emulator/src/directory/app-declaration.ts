/** An app registration. */
export interface AppDeclaration {
  /** In place of the manifest's. */
  name: string
  /** GUID. */
  clientId: string
  /** Home tenant: its id, or one of its domains. */
  tenantId: string
  /** The values of its secrets, which no manifest has. */
  secrets?: readonly SecretDeclaration[]
  /** Tenants (ids) where the app has a service principal; `'*'` is all. Default: its home tenant. */
  tenants?: readonly string[] | '*'
  /** App ID URIs that it exposes as a resource, in addition to `api://{clientId}`. */
  identifierUris?: readonly string[]
  /** GUID of the registration in Microsoft Graph. Default: derived from the client id. */
  objectId?: string
  /** The version of the access tokens that are issued for it as an API. Default 1, as in Entra ID. */
  requestedAccessTokenVersion?: 1 | 2 | null
  /** The roles that it defines as an API; if there are any, only these can be assigned. */
  appRoles?: readonly AppRoleDeclaration[]
  /** The delegated permissions that it defines as an API; if there are any, others are refused with AADSTS650053. */
  oauth2PermissionScopes?: readonly PermissionScopeDeclaration[]
  /** Claims in addition to the usual ones: in access tokens for it as an API, and in its own ID tokens. */
  optionalClaims?: OptionalClaimsDeclaration | null
  /**
   * The groups that tokens name: `None`, `SecurityGroup`, `DirectoryRole`, `ApplicationGroup`, `All`, or several with
   * commas.
   */
  groupMembershipClaims?: string | null
  /**
   * The blueprint (name or client id) of an agent identity, which signs in with the blueprint's tokens (`fmi_path`).
   */
  agentIdentityBlueprintId?: string
  /** Application roles in its tokens (claim `roles`): for every resource, or by resource. */
  roles?: readonly string[] | Readonly<Record<string, readonly string[]>>
  /** Certificates whose keys sign its assertions, as PEM without the private key. */
  certificates?: readonly (
    | string
    | {
        /** PEM, without the private key. */
        certificate: string
      }
  )[]
  /** Issuers whose tokens it can use as assertions. */
  federatedCredentials?: readonly FederatedCredentialDeclaration[]
  /**
   * Where its authorization codes are sent: by platform, or a list, which is `publicClient` for an app with
   * `publicClient: true` and `web` for others. With `http://localhost` and `http://127.0.0.1`, any port matches.
   */
  redirectUris?: readonly string[] | RedirectUrisDeclaration
  /**
   * Whether the authorization endpoint gives it ID tokens (`response_type` with `id_token`). Default false:
   * AADSTS700054.
   */
  idTokens?: boolean
  /** Users may sign in to it without a secret of the app. Default false. */
  publicClient?: boolean
  /**
   * `'required'`: users are asked for consent when they sign in, and on-behalf-of requests for a user who has not
   * consented are refused with AADSTS65001. Default `'granted'`.
   */
  consent?: 'granted' | 'required'
  /** A policy that applies to its users. */
  conditionalAccess?: ConditionalAccessDeclaration
  /** Refused with AADSTS7000112. */
  disabled?: boolean
  /** Once its credentials are verified, every token request is refused with this AADSTS code of the catalogue. */
  refuse?: number
  /** Lifetime of its access tokens in seconds. */
  tokenLifetimeSeconds?: number
  /** The response's `refresh_in` in seconds. */
  refreshInSeconds?: number
}

/**
 * An app as the portal exports it ("Manifest", in either of its formats), or as Microsoft Graph returns it. Fields that
 * an export does not have, such as the secrets, are added beside it; they take precedence over the export.
 */
export interface ManifestAppDeclaration extends Partial<AppDeclaration> {
  /** The content of the export, or the path of its file; in a directory file, relative to that file. */
  manifest: Readonly<Record<string, unknown>> | string
}

/** As in a manifest; fields that have no effect on tokens may be there too. */
export interface AppRoleDeclaration {
  /** GUID. Default: derived from the value. */
  id?: string
  /** The value in the claim `roles`. */
  value?: string | null
  /** What people see. */
  displayName?: string
  /** What people see, in a sentence. */
  description?: string | null
  /** Default: both. */
  allowedMemberTypes?: readonly string[]
  /** Default true. */
  isEnabled?: boolean
  /** As an app manifest has it; without effect. */
  origin?: string
  /** As an app manifest has it; without effect. */
  lang?: string | null
}

/** As in a manifest; fields that have no effect on tokens may be there too. */
export interface PermissionScopeDeclaration {
  /** GUID. Default: derived from the value. */
  id?: string
  /** The value in the claim `scp`. */
  value: string
  /** `User` or `Admin`: who may consent. */
  type?: string
  /** Default true. */
  isEnabled?: boolean
  /** What an administrator sees. */
  adminConsentDisplayName?: string | null
  /** What an administrator sees, in a sentence. */
  adminConsentDescription?: string | null
  /** What a user sees on the page that asks for consent. */
  userConsentDisplayName?: string | null
  /** What a user sees there, in a sentence. */
  userConsentDescription?: string | null
  /** As an app manifest has it; without effect. */
  origin?: string
  /** As an app manifest has it; without effect. */
  lang?: string | null
}

/** The optional claims of an app, as its manifest has them. */
export interface OptionalClaimsDeclaration {
  /** In access tokens for it as an API. */
  accessToken?: readonly OptionalClaimDeclaration[]
  /** In its own ID tokens. */
  idToken?: readonly OptionalClaimDeclaration[]
  /** No effect: the emulator does not support SAML. */
  saml2Token?: readonly OptionalClaimDeclaration[]
}

/** A claim that tokens have besides the usual ones, as an app manifest has it. */
export interface OptionalClaimDeclaration {
  /** Its name in Microsoft's list, such as `email`. */
  name: string
  /** `user` for an extension attribute; otherwise left out. */
  source?: string | null
  /** As an app manifest has it; without effect. */
  essential?: boolean
  /**
   * Such as `emit_as_roles` and `cloud_displayname` for `groups`, or `include_externally_authenticated_upn` for `upn`.
   */
  additionalProperties?: readonly string[]
}

/** Redirect URIs by the kind of program that receives the response. */
export interface RedirectUrisDeclaration {
  /** Programs on a server, which have a secret. */
  web?: readonly string[]
  /**
   * Pages: they redeem codes and refresh tokens with PKCE from their own origin, and the tokens expire after 24 hours.
   */
  spa?: readonly string[]
  /** Programs on a desktop or a phone, which need no secret. */
  publicClient?: readonly string[]
}

/** A client secret. */
export interface SecretDeclaration {
  /** The secret itself. */
  value: string
  /** ISO 8601 date, or milliseconds since the epoch. By the emulator's clock. */
  expiresAt?: string | number
  /** GUID by which Microsoft Graph identifies it. */
  keyId?: string
}

/** A federated identity credential; issuer, subject and audience are compared character by character. */
export interface FederatedCredentialDeclaration {
  /** What Microsoft Graph and messages call it. */
  name?: string
  /** The token's `iss`. One of the emulator's own, or one whose metadata is at a loopback address. */
  issuer: string
  /** The token's `sub`. Either this or `claimsMatchingExpression`. */
  subject?: string
  /**
   * A flexible credential: `claims['sub'] matches 'repo:contoso/*' and claims['job_workflow_ref'] eq '…'`, language
   * version 1.
   */
  claimsMatchingExpression?:
    | string
    | {
        /** The expression. */
        value: string
        /** The version of its language: 1. */
        languageVersion: number
      }
  /** The token's `aud`. Default `api://AzureADTokenExchange`. */
  audience?: string
}

/** A Conditional Access policy: refuses every token for a user, with a claims challenge. */
export interface ConditionalAccessDeclaration {
  /**
   * The AADSTS code: 53003 blocks; 50076 and 50079 require a second factor, which `amr: ['pwd', 'mfa']` satisfies.
   */
  code: number
  /** The claims challenge, as JSON. Default: one that names a policy. */
  claims?: string
  /** Resources it protects. Default: all. */
  resources?: readonly string[]
  /** User names or object ids it applies to. Default: everyone. */
  users?: readonly string[]
}

/** Fields of an app that can change while the emulator runs; `undefined` removes one. */
export type AppChanges = {
  [Field in Exclude<keyof AppDeclaration, 'name' | 'clientId' | 'tenantId' | 'objectId'>]?:
    | AppDeclaration[Field]
    | undefined
}
