import type { KeyObject } from 'node:crypto'
import type { RedirectUri } from './redirect-uris.ts'

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
  certificates: readonly RegisteredCertificate[]
  federatedCredentials: readonly FederatedCredential[]
  redirectUris: readonly RedirectUri[]
  /** It may have id tokens from the authorization endpoint. */
  idTokens: boolean
  publicClient: boolean
  consent: 'granted' | 'required'
  conditionalAccess?: ConditionalAccess
  /** Set where it is no registration but a user-assigned managed identity. */
  identity?: { objectId: string; resourceId: string }
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

/** A certificate whose key may sign an app's assertions. */
export interface RegisteredCertificate {
  /** Of the certificate, as bytes in hexadecimal, lower case. */
  sha1: string
  sha256: string
  publicKey: KeyObject
  /** Milliseconds since the epoch. */
  expiresAt: number
}

/** An issuer's subject that may sign in as an app. */
export interface FederatedCredential {
  issuer: string
  subject: string
  audiences: readonly string[]
}

/** A policy that stands between an app's users and resources. */
export interface ConditionalAccess {
  code: number
  /** JSON text of the challenge that goes with the refusal. */
  claims: string
  /** In lower case, without a slash at their end; `undefined` is all. */
  resources?: readonly string[]
  /** User names and object ids in lower case; `undefined` is everyone. */
  users?: readonly string[]
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
  /** The password alone is not enough. */
  secondFactor: boolean
  /** What they type as their second factor. */
  secondFactorCode: string
}
