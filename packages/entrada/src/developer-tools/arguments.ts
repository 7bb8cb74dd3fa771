/**
 * Checks of whatever becomes an argument of a developer tool. No argument may begin with a hyphen, so that none can be
 * an option, or contain a character that is special to any command interpreter.
 */
import { type Quote, quoted } from '../runtime/quoted.ts'

/** Checks every scope. Throws a `TypeError` that names the invalid one. */
export function checkScopeArguments(scopes: readonly string[], who: string, quote: Quote = quoted): void {
  for (const scope of scopes) {
    if (/^[0-9A-Za-z_.:/][0-9A-Za-z_.:/-]*$/.test(scope)) continue
    throw new TypeError(
      `${who}: scope ${quote(scope)} cannot be an argument of the tool. Use letters, digits and _ . : / -, and do not begin with a hyphen.`,
    )
  }
}

/** Checks an optional tenant. Throws a `TypeError`. */
export function checkTenantArgument(tenantId: string | undefined, who: string, quote: Quote = quoted): void {
  if (tenantId === undefined || /^[0-9A-Za-z.][0-9A-Za-z.-]*$/.test(tenantId)) return
  throw new TypeError(`${who}: tenantId ${quote(tenantId)} cannot be a tenant. Use its id (a GUID) or domain.`)
}

/** Checks an optional subscription name or id. Throws a `TypeError`. */
export function checkSubscription(subscription: unknown, who: string, quote: Quote = quoted): void {
  if (subscription === undefined) return
  const isText = typeof subscription === 'string'
  if (isText && subscription.length <= 256 && /^[0-9A-Za-z_.](?:[0-9A-Za-z_. -]*[0-9A-Za-z_.-])?$/.test(subscription))
    return
  throw new TypeError(
    `${who}: Subscription ${isText ? quote(subscription) : `of type ${typeof subscription}`} contains invalid characters. If this is the name of a subscription, use its ID instead.`,
  )
}
