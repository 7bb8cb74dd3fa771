import { guid, object, optional, text } from './fields.ts'
import type { ReadTenantId } from './parse-app.ts'

/** A subscription, identifiers in lower case. */
export interface Subscription {
  id: string
  name: string
  tenantId: string
}

/** Reads one of `subscriptions`; `only` is the tenant where there is no other. */
export function subscription(
  value: unknown,
  path: string,
  tenantId: ReadTenantId,
  only: string | undefined,
): Subscription {
  const fields = object(value, path, ['id', 'name', 'tenantId'])
  const id = guid(fields.id, `${path}.id`)
  return {
    id,
    name: optional(fields.name, `${path}.name`, text) ?? id,
    tenantId: tenantId(fields.tenantId ?? only, `${path}.tenantId`),
  }
}
