import { createHash } from 'node:crypto'

const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** True for the 36-character form of a GUID, in either case. */
export function isGuid(value: string): boolean {
  return guidPattern.test(value)
}

/** A GUID derived from a string: always the same for the same string. */
export function guidFrom(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

/** The object id of an app's service principal, which depends only on the tenant and the app. */
export function servicePrincipalId(tenantId: string, clientId: string): string {
  return guidFrom(`${tenantId}/${clientId}`)
}

/** The object id that a user of another tenant has as a guest. */
export function guestObjectId(tenantId: string, objectId: string): string {
  return guidFrom(`${tenantId}/guest/${objectId}`)
}
