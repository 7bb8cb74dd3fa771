import type { Directory } from '../directory/directory.ts'
import type { App, Tenant } from '../directory/entries.ts'
import { Refusal } from '../refusal.ts'

/** The app that asks, if a tenant has it and it is enabled. Throws a `Refusal` otherwise. */
export function registeredApp(directory: Directory, tenant: Tenant, clientId: string): App {
  const details = { client: clientId, tenant: tenant.name }
  if (/^[0-]+$/.test(clientId)) throw new Refusal(700038, { details })
  const app = directory.appIn(tenant, clientId)
  if (app === undefined) throw new Refusal(700016, { details })
  if (app.disabled) throw new Refusal(7000112, { details: { ...details, app: app.name } })
  return app
}
