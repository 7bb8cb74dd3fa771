import type { KeyObject } from 'node:crypto'
import type { AadstsCode } from '../refusal/codes.ts'
import type { ExposedApi } from './exposed-api.ts'
import type { RedirectUri } from './redirect-uris.ts'

/** A tenant, its identifiers in lower case. */
export interface Tenant {
  id: string
  domains: readonly string[]
  name: string
}

/** An application registration, identifiers in lower case, defaults filled in. */
export interface App extends ExposedApi {
  name: string
  clientId: string
  tenantId: string
  /** The object id of the registration in Microsoft Graph. */
  objectId: string
  secrets: readonly Secret[]
  tenants: readonly string[] | '*'
  identifierUris: readonly string[]
  /** The name or client id of its blueprint, if it is an agent identity. */
  agentIdentityBlueprintId?: string
  roles: readonly string[] | Readonly<Record<string, readonly string[]>>
  disabled: boolean
  certificates: readonly RegisteredCertificate[]
  federatedCredentials: readonly FederatedCredential[]
  redirectUris: readonly RedirectUri[]
  /** Whether it may get ID tokens from the authorization endpoint. */
  idTokens: boolean
  publicClient: boolean
  consent: 'granted' | 'required'
  conditionalAccess?: ConditionalAccess
  /** Set if it is a user-assigned managed identity rather than a registration. */
  identity?: { objectId: string; resourceId: string }
  refuse?: AadstsCode
  tokenLifetimeSeconds?: number
  refreshInSeconds?: number
}

export interface Secret {
  value: string
  /** Milliseconds since the epoch. */
  expiresAt?: number
  keyId: string
}

/** A certificate whose key may sign an app's assertions. */
export interface RegisteredCertificate {
  /** The SHA-1 of the certificate, in lower-case hexadecimal. */
  sha1: string
  sha256: string
  publicKey: KeyObject
  /** Milliseconds since the epoch. */
  expiresAt: number
}

/** An issuer's subject that may sign in as an app. */
export interface FederatedCredential {
  issuer: string
  /** A value that `sub` must have, or conditions on any claims. */
  subject: string | readonly ClaimCondition[]
  audiences: readonly string[]
}

/** One comparison of a flexible federated credential. */
export interface ClaimCondition {
  claim: string
  /** `matches` knows the wildcards `*` and `?`. */
  operator: 'eq' | 'matches'
  value: string
}

/** A policy on an app's users and resources. */
export interface ConditionalAccess {
  code: AadstsCode
  /** The challenge that goes with the refusal, as JSON. */
  claims: string
  /** In lower case, without a trailing slash; `undefined` means all. */
  resources?: readonly string[]
  /** User names and object ids in lower case; `undefined` means everyone. */
  users?: readonly string[]
}

export interface Resource {
  ids: readonly string[]
  appId?: string
  /** Set if it is a declared app. */
  app?: App
}

export interface User {
  objectId: string
  username: string
  password: string
  displayName: string
  tenantId: string
  /** Whether the password alone is not enough. */
  secondFactor: boolean
  /** What they enter as their second factor. */
  secondFactorCode: string
  mail?: string
  givenName?: string
  surname?: string
  country?: string
  /** Object ids, including those of groups that contain the user's groups. */
  groups: readonly string[]
  directGroups: readonly string[]
  /** App roles by the API's client id. */
  roles: Readonly<Record<string, readonly string[]>>
  directoryRoles: readonly string[]
  /** Ids of tenants that have them as a guest. */
  guestIn: readonly string[]
  /** The client id of the agent identity whose user this is. */
  identityParentId?: string
}

export interface Group {
  objectId: string
  displayName: string
  description: string
  tenantId: string
  securityEnabled: boolean
  mail?: string
  /** Client ids. */
  assignedTo: readonly string[]
  /** Object ids of the groups within it. */
  memberGroups: readonly string[]
}
