import type { Directory } from '../directory/directory.ts'
import type { Tenant } from '../directory/entries.ts'
import { isGuid } from '../directory/fields.ts'
import { Refusal, type RefusalOptions } from '../refusal.ts'

const SHARED = ['common', 'organizations', 'consumers']

/** True for the segments that stand for many tenants at once. */
export function isShared(segment: string): boolean {
  return SHARED.includes(segment.toLowerCase())
}

/** The tenant that a path addresses by id or domain. Throws a `Refusal` when it is malformed or unknown. */
export function addressedTenant(directory: Directory, segment: string, options: RefusalOptions = {}): Tenant {
  const found = directory.tenant(segment)
  if (found) return found
  const details = { tenant: segment }
  const wellFormed = isGuid(segment) || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(segment)
  throw new Refusal(wellFormed ? 90002 : 900023, { ...options, details })
}
