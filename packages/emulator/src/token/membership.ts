import type { App, Tenant } from '../directory/entries.ts'
import { Refusal } from '../refusal.ts'
import type { Person } from './user-grant.ts'

/** Throws AADSTS50020 for a user of another tenant. */
export function checkMember(tenant: Tenant, app: App, { username, tenantId }: Person): void {
  if (tenantId === tenant.id) return
  throw new Refusal(50020, {
    details: { username, home: tenantId, tenant: tenant.name, client: app.clientId, app: app.name },
  })
}
