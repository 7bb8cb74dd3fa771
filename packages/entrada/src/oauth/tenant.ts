import { CredentialUnavailableError } from '../errors.ts'

/** Why a tenant is not one, or `undefined`. It becomes part of a URL's path. */
function tenantFault(tenantId: unknown): string | undefined {
  if (typeof tenantId !== 'string') return `is ${tenantId === null ? 'null' : typeof tenantId}, not a string`
  if (tenantId === '') return 'is empty'
  if (tenantId.length > 255) return 'is longer than 255 characters'
  if (!/^[0-9a-zA-Z.-]+$/.test(tenantId) || /^\.+$/.test(tenantId)) {
    return `${JSON.stringify(tenantId)} has characters that no tenant has`
  }
  return undefined
}

/** What to do about a tenant that is not one. */
const tenantMend = 'Use the tenant id (a GUID) or a domain of the tenant: letters, digits, dots and hyphens.'

/** Throws a `TypeError` that begins with `source` if the value is no tenant. */
export function checkTenant(tenantId: unknown, source: string): asserts tenantId is string {
  const fault = tenantFault(tenantId)
  if (fault !== undefined) throw new TypeError(`${source} ${fault}. ${tenantMend}`)
}

export interface TenantRules {
  /** Name of the credential, for the error. */
  credential: string
  /** The credential's own tenant. */
  tenantId: string
  /** Tenants that a call may ask for besides; `*` is any. */
  additionallyAllowedTenants: readonly string[]
  /** `AZURE_IDENTITY_DISABLE_MULTITENANTAUTH`: a call's tenant is ignored. */
  isMultiTenantDisabled: boolean
}

/**
 * The tenant that a call goes to. Throws a `CredentialUnavailableError` if the credential may not ask there.
 * Tenants are compared without regard to case, as Entra ID does.
 */
export function resolveTenant(requested: string | undefined, rules: TenantRules): string {
  const { tenantId, additionallyAllowedTenants: allowed } = rules
  if (requested === undefined || requested === tenantId) return tenantId
  if (rules.isMultiTenantDisabled || tenantId === 'adfs') return tenantId
  const same = (other: string): boolean => other.toLowerCase() === requested.toLowerCase()
  if (same(tenantId)) return tenantId
  if (allowed.includes('*') || allowed.some(same)) return requested
  const mend = `Add "${requested}" to additionallyAllowedTenants, or "*" to allow any tenant.`
  throw new CredentialUnavailableError(
    `${rules.credential}: The current credential is not configured to acquire tokens for tenant ${requested}. ${mend}`,
    { mend },
  )
}
