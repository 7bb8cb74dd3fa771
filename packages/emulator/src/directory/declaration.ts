/** What the emulator knows of: tenants with their apps, resources and users. Declared in code, or in a JSON file. */
export interface DirectoryDeclaration {
  tenants: readonly TenantDeclaration[]
  apps: readonly AppDeclaration[]
  /** Protected APIs besides the well-known ones of Azure and those that apps expose. */
  resources?: readonly ResourceDeclaration[]
  users?: readonly UserDeclaration[]
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
  /** Refused with AADSTS7000112. */
  disabled?: boolean
  /** Once its credentials are verified, every token request is refused with this AADSTS code of the catalogue. */
  refuse?: number
  /** Life of its access tokens in seconds. */
  tokenLifetimeSeconds?: number
  /** The answer's `refresh_in` in seconds. */
  refreshInSeconds?: number
}

export interface SecretDeclaration {
  value: string
  /** ISO 8601 date, or milliseconds since the epoch. By the emulator's clock. */
  expiresAt?: string | number
  /** GUID; quoted by Entra ID when the secret has expired. */
  keyId?: string
}

export interface ResourceDeclaration {
  /** One identifier or several, such as `https://storage.azure.com`. */
  id: string | readonly string[]
  /** GUID. */
  appId?: string
}

export interface UserDeclaration {
  /** GUID. */
  objectId: string
  username: string
  password: string
  displayName?: string
  /** Home tenant: its id, or one of its domains. Default: the only tenant. */
  tenantId?: string
}
