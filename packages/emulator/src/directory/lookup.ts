import { isGuid } from '../primitives/guid.ts'
import { Refusal, type RefusalOptions } from '../refusal/refusal.ts'
import type { Directory } from './directory.ts'
import type { App, Tenant } from './entries.ts'

const sharedSegments = ['common', 'organizations', 'consumers']

/** True for the segments that stand for many tenants at once. */
export function isShared(segment: string): boolean {
  return sharedSegments.includes(segment.toLowerCase())
}

/** The tenant that a path addresses by id or domain. Throws a `Refusal` when it is malformed or unknown. */
export function addressedTenant(
  directory: Pick<Directory, 'tenant'>,
  segment: string,
  options: RefusalOptions = {},
): Tenant {
  const found = directory.tenant(segment)
  if (found) return found
  const details = { tenant: segment }
  const wellFormed = isGuid(segment) || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(segment)
  throw new Refusal(wellFormed ? 90002 : 900023, { ...options, details })
}

/** The requesting app, if the tenant has it and it is enabled. Otherwise throws a `Refusal`. */
export function registeredApp(directory: Pick<Directory, 'appIn'>, tenant: Tenant, clientId: string): App {
  const details = { client: clientId, tenant: tenant.name }
  if (/^[0-]+$/.test(clientId)) throw new Refusal(700038, { details })
  const app = directory.appIn(tenant, clientId)
  if (app === undefined) throw new Refusal(700016, { details })
  if (app.disabled) throw new Refusal(7000112, { details: { ...details, app: app.name } })
  return app
}

/** The app with this name or client id. Throws an `Error` for one that is not declared. */
export function declaredApp(
  directory: Pick<Directory, 'app' | 'apps'>,
  nameOrId: string | undefined,
  method: string,
): App {
  const app = directory.app(nameOrId)
  if (app) return app
  const known = directory.apps.map((each) => each.name).join(', ') || 'none'
  throw new Error(`Emulator: ${method}: no app is called ${JSON.stringify(nameOrId ?? '')}. Declared apps: ${known}.`)
}
