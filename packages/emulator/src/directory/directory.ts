import type { AppChanges } from './declaration.ts'
import type { App, Resource, Tenant, User } from './entries.ts'
import { fail, isGuid } from './fields.ts'
import type { ParsedDirectory } from './parse.ts'
import type { Subscription } from './subscriptions.ts'
import { wellKnownApps } from './well-known-apps.ts'
import { accountHost, wellKnownResources } from './well-known-resources.ts'

/** A user-assigned managed identity, its GUIDs in lower case. */
interface IdentityEntry {
  name: string
  clientId: string
  tenantId: string
  objectId: string
  resourceId: string
}

/** Look-ups in a declared directory. Identifiers match in either case, as in Entra ID. */
export interface Directory {
  tenants: readonly Tenant[]
  /** Those declared. Microsoft's own programs are found by their ids too. */
  apps: readonly App[]
  users: readonly User[]
  subscriptions: readonly Subscription[]
  /** By id or domain. */
  tenant(segment: string): Tenant | undefined
  /** The app, if it has a service principal in the tenant. */
  appIn(tenant: Tenant, clientId: string): App | undefined
  /** By name or client id; without either, the first. */
  app(named?: string): App | undefined
  /** By user name or object id. */
  user(named: string): User | undefined
  /** Adds a user. Throws a `TypeError` for what a declaration could not say either. */
  addUser(user: unknown): User
  /** Replaces fields of an app's registration. Throws a `TypeError` for what a declaration could not say either. */
  updateApp(app: App, changes: AppChanges): void
  /** Adds a user-assigned managed identity, which signs in as an app does. */
  addIdentity(identity: IdentityEntry): void
  /** Whether tokens are issued for a resource, given as URI or GUID. */
  knowsResource(resource: string): boolean
}

/** Builds the look-ups once. */
export function createDirectory(declared: ParsedDirectory): Directory {
  const tenants = new Map(declared.tenants.flatMap((each) => [each.id, ...each.domains].map((key) => [key, each])))
  const home = declared.tenants[0]?.id ?? ''
  const programs = wellKnownApps(home).map((each) => declared.readApp(each, each.name))
  const apps = new Map([...programs, ...declared.apps].map((each) => [each.clientId, each]))
  const users = new Map(
    declared.users.flatMap((each) => [each.objectId, each.username.toLowerCase()].map((key) => [key, each])),
  )
  const resources = new Set(
    [...wellKnownResources, ...declared.resources, ...declared.apps.map(exposed)].flatMap(identifiers),
  )
  const everyone = [...declared.users]
  return {
    tenants: declared.tenants,
    apps: declared.apps,
    users: everyone,
    subscriptions: declared.subscriptions,
    tenant: (segment) => tenants.get(segment.toLowerCase()),
    appIn: (tenant, clientId) => {
      const app = apps.get(clientId.toLowerCase())
      return app && (app.tenants === '*' || app.tenants.includes(tenant.id)) ? app : undefined
    },
    app: (named) =>
      named === undefined
        ? declared.apps[0]
        : (declared.apps.find((each) => each.name === named) ?? apps.get(named.toLowerCase())),
    user: (named) => users.get(named.toLowerCase()),
    addUser: (declaration) => {
      const fresh = declared.readUser(declaration)
      const keys = { username: fresh.username.toLowerCase(), objectId: fresh.objectId }
      for (const field of ['username', 'objectId'] as const) {
        if (users.has(keys[field])) fail(`user.${field}`, `${JSON.stringify(fresh[field])} is taken`, 'Choose another.')
      }
      for (const key of Object.values(keys)) users.set(key, fresh)
      everyone.push(fresh)
      return fresh
    },
    updateApp: (app, changes) => {
      const { name, clientId, tenantId } = app
      const fresh = declared.readApp({ name, clientId, tenantId, ...changes }, `changes of ${name}`)
      const changed = Object.keys(changes) as (keyof App)[]
      Object.assign(app, Object.fromEntries(changed.map((field) => [field, fresh[field]])))
    },
    addIdentity: ({ name, clientId, tenantId, objectId, resourceId }) => {
      const app = declared.readApp({ name, clientId, tenantId }, `the identity ${name}`)
      apps.set(clientId, { ...app, identity: { objectId, resourceId } })
    },
    knowsResource: (resource) => {
      const id = plain(resource)
      if (resources.has(id) || accountHost.test(id)) return true
      return declared.anyResource && !isGuid(id) && id.startsWith('https://')
    },
  }
}

function exposed(app: App): Resource {
  return { ids: [`api://${app.clientId}`, ...app.identifierUris], appId: app.clientId }
}

function identifiers(resource: Resource): string[] {
  return [...resource.ids, ...(resource.appId === undefined ? [] : [resource.appId])].map(plain)
}

/** Entra ID tells resources apart without their case and without one slash at their end. */
function plain(resource: string): string {
  const id = resource.toLowerCase()
  return id.endsWith('/') ? id.slice(0, -1) : id
}
