import { type Quote, quoted } from '../runtime/quoted.ts'

/** Whose protocol an authority speaks: Microsoft Entra ID's, or that of Active Directory Federation Services. */
export type AuthorityKind = 'entra' | 'adfs'

/** The kind of the authority. The Azure SDKs use `adfs` in place of a tenant for AD FS, which has no tenants. */
export function authorityKind(tenantId: string | undefined): AuthorityKind {
  return tenantId === 'adfs' ? 'adfs' : 'entra'
}

/** Whether a value can be a tenant and cannot change the rest of a URL's path. */
function isTenant(value: unknown): value is string {
  return typeof value === 'string' && /^(?!\.+$)[0-9a-zA-Z.-]{1,255}$/.test(value)
}

/**
 * Throws a `TypeError` that begins with `source` for a value that cannot be a tenant, which is part of a URL's path.
 */
export function checkTenant(tenantId: unknown, source: string, quote: Quote = quoted): asserts tenantId is string {
  if (isTenant(tenantId)) return
  throw new TypeError(`${source} ${quote(tenantId)} cannot be a tenant. Use its id (a GUID) or domain.`)
}
