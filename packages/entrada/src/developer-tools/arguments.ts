/**
 * What becomes an argument of a developer tool. Nothing may begin with a hyphen, so that none can be an option, and
 * nothing holds a character that any command interpreter knows.
 */

/** Checks every scope. Throws a `TypeError` that names the one at fault. */
export function checkScopeArguments(scopes: readonly string[], who: string): void {
  for (const scope of scopes) {
    if (/^[0-9A-Za-z_.:/][0-9A-Za-z_.:/-]*$/.test(scope)) continue
    throw new TypeError(
      `${who}: scope ${shown(scope)} can't be an argument of the tool. Use letters, digits and _ . : / -, and no hyphen first.`,
    )
  }
}

/** Checks a tenant, which may be left out. Throws a `TypeError`. */
export function checkTenantArgument(tenantId: string | undefined, who: string): void {
  if (tenantId === undefined || tenantId === '' || /^[0-9A-Za-z.][0-9A-Za-z.-]*$/.test(tenantId)) return
  throw new TypeError(
    `${who}: tenantId ${shown(tenantId)} has characters that no tenant has. Use the tenant id (a GUID) or a domain of the tenant.`,
  )
}

/** Checks a subscription's name or id, which may be left out. Throws a `TypeError`. */
export function checkSubscription(subscription: unknown, who: string): void {
  if (subscription === undefined) return
  const isText = typeof subscription === 'string'
  if (isText && subscription.length <= 256 && /^[0-9A-Za-z_.](?:[0-9A-Za-z_. -]*[0-9A-Za-z_.-])?$/.test(subscription))
    return
  throw new TypeError(
    `${who}: Subscription ${isText ? shown(subscription) : `of type ${typeof subscription}`} contains invalid characters. If this is the name of a subscription, use its ID instead.`,
  )
}

function shown(value: string): string {
  return value.length > 80 ? `of ${value.length} characters` : JSON.stringify(value)
}
