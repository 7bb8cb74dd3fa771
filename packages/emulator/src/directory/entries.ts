/** A tenant, its identifiers in lower case. */
export interface Tenant {
  id: string
  domains: readonly string[]
  name: string
}

/** An application registration, identifiers in lower case, defaults filled in. */
export interface App {
  name: string
  clientId: string
  tenantId: string
  secrets: readonly Secret[]
  tenants: readonly string[] | '*'
  identifierUris: readonly string[]
  roles: readonly string[] | Readonly<Record<string, readonly string[]>>
  disabled: boolean
  refuse?: number
  tokenLifetimeSeconds?: number
  refreshInSeconds?: number
}

export interface Secret {
  value: string
  /** Milliseconds since the epoch. */
  expiresAt?: number
  keyId: string
}

export interface Resource {
  ids: readonly string[]
  appId?: string
}

export interface User {
  objectId: string
  username: string
  password: string
  displayName: string
  tenantId: string
}
