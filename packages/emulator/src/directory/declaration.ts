/** What the emulator knows of: tenants with their apps, resources and users. Declared in code, or in a JSON file. */
export interface DirectoryDeclaration {
  tenants: readonly TenantDeclaration[]
  apps: readonly AppDeclaration[]
  /** Protected APIs besides the well-known ones of Azure and those that apps expose. */
  resources?: readonly ResourceDeclaration[]
  users?: readonly UserDeclaration[]
  /** What Azure Resource Manager lists to everyone of the tenant; the Azure CLI signs nobody in who has none. */
  subscriptions?: readonly SubscriptionDeclaration[]
  /** Any `https://…` resource is issued for, declared or not. Default true; false refuses with AADSTS500011. */
  anyResource?: boolean
}

export interface TenantDeclaration {
  /** GUID. */
  id: string
  /** Verified domains, such as `contoso.onmicrosoft.com`; each addresses the tenant like its id. */
  domains?: readonly string[]
  name?: string
}

export interface AppDeclaration {
  name: string
  /** GUID. */
  clientId: string
  /** Home tenant: its id, or one of its domains. */
  tenantId: string
  secrets?: readonly SecretDeclaration[]
  /** Tenants (ids) where the app has a service principal; `'*'` is all. Default: its home tenant. */
  tenants?: readonly string[] | '*'
  /** App ID URIs it exposes as a resource, besides `api://{clientId}`. */
  identifierUris?: readonly string[]
  /** Application roles in its tokens (claim `roles`): for every resource, or by resource. */
  roles?: readonly string[] | Readonly<Record<string, readonly string[]>>
  /** Certificates whose keys sign its assertions; PEM, without the key. */
  certificates?: readonly (string | { certificate: string })[]
  /** Issuers whose tokens are its assertions. */
  federatedCredentials?: readonly FederatedCredentialDeclaration[]
  /**
   * Where its authorization codes are sent: by platform, or a list, which is `publicClient` for an app with
   * `publicClient: true` and `web` for others. Of `http://localhost` and `http://127.0.0.1`, any port will do.
   */
  redirectUris?: readonly string[] | RedirectUrisDeclaration
  /** The authorization endpoint gives it id tokens (`response_type` with `id_token`). Default false: AADSTS700054. */
  idTokens?: boolean
  /** Users may sign in to it without a secret of the app. Default false. */
  publicClient?: boolean
  /**
   * `'required'`: its users are asked for their consent when they sign in, and what it asks for on behalf of one who
   * has not given it is refused with AADSTS65001. Default `'granted'`.
   */
  consent?: 'granted' | 'required'
  /** A policy that its users meet. */
  conditionalAccess?: ConditionalAccessDeclaration
  /** Refused with AADSTS7000112. */
  disabled?: boolean
  /** Once its credentials are verified, every token request is refused with this AADSTS code of the catalogue. */
  refuse?: number
  /** Life of its access tokens in seconds. */
  tokenLifetimeSeconds?: number
  /** The answer's `refresh_in` in seconds. */
  refreshInSeconds?: number
}

/** Redirect URIs by the kind of program that waits there. */
export interface RedirectUrisDeclaration {
  /** Programs on a server, which have a secret. */
  web?: readonly string[]
  /** Pages: their codes and refresh tokens are redeemed with PKCE, from their own origin, and the tokens end after 24 h. */
  spa?: readonly string[]
  /** Programs on a desktop or a phone, which need no secret. */
  publicClient?: readonly string[]
}

export interface SecretDeclaration {
  value: string
  /** ISO 8601 date, or milliseconds since the epoch. By the emulator's clock. */
  expiresAt?: string | number
  /** GUID; quoted by Entra ID when the secret has expired. */
  keyId?: string
}

/** A federated identity credential; all three are compared as they are written. */
export interface FederatedCredentialDeclaration {
  name?: string
  /** The token's `iss`. One of the emulator's own, or one whose metadata is at a loopback address. */
  issuer: string
  /** The token's `sub`. */
  subject: string
  /** The token's `aud`. Default `api://AzureADTokenExchange`. */
  audience?: string
}

/** A Conditional Access policy: refuses every token for a user, with a claims challenge. */
export interface ConditionalAccessDeclaration {
  /**
   * The AADSTS code: 53003 blocks; 50076 and 50079 ask for a second factor, which sign-ins with `amr: ['pwd', 'mfa']`
   * have.
   */
  code: number
  /** JSON text of the claims challenge. Default: one that names a policy. */
  claims?: string
  /** Resources it guards. Default: all. */
  resources?: readonly string[]
  /** User names or object ids it is for. Default: everyone. */
  users?: readonly string[]
}

/** Fields of an app that change while the emulator runs; `undefined` takes one away. */
export type AppChanges = {
  [Field in Exclude<keyof AppDeclaration, 'name' | 'clientId' | 'tenantId'>]?: AppDeclaration[Field] | undefined
}

export interface ResourceDeclaration {
  /** One identifier or several, such as `https://storage.azure.com`. */
  id: string | readonly string[]
  /** GUID. */
  appId?: string
}

export interface SubscriptionDeclaration {
  /** GUID. */
  id: string
  /** Default: the id. */
  name?: string
  /** Its tenant: id, or one of its domains. Default: the only tenant. */
  tenantId?: string
}

export interface UserDeclaration {
  /** GUID. */
  objectId: string
  username: string
  password: string
  displayName?: string
  /** Home tenant: its id, or one of its domains. Default: the only tenant. */
  tenantId?: string
  /** `'required'` refuses their password alone with AADSTS50076; the sign-in page asks for the code below. */
  secondFactor?: 'required'
  /** What the sign-in page takes as their second factor. Default `123456`. */
  secondFactorCode?: string
}
