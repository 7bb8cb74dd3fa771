/** Who signed in, without a secret, in the names of `@azure/identity`: with it a later process finds the account again. */
export interface AuthenticationRecord {
  /** The authority's host, or its address. */
  authority: string
  /** `object.tenant`, which MSAL files the account under. */
  homeAccountId: string
  clientId: string
  tenantId: string
  username: string
  version?: string
}
