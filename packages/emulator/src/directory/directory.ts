import { guestObjectId, isGuid } from '../primitives/guid.ts'
import type { AppChanges } from './app-declaration.ts'
import type { App, Group, Resource, Tenant, User } from './entries.ts'
import { fail } from './fields.ts'
import type { ParsedDirectory, Subscription } from './parse.ts'
import { accountHost, wellKnownApps, wellKnownResources } from './well-known.ts'

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
  /** The declared apps. Microsoft's own programs can also be looked up by id. */
  apps: readonly App[]
  users: readonly User[]
  groups: readonly Group[]
  subscriptions: readonly Subscription[]
  /** By id or domain. */
  tenant(segment: string): Tenant | undefined
  /** The app, if it has a service principal in the tenant. */
  appIn(tenant: Tenant, clientId: string): App | undefined
  /** By name or client id; the first app if neither is given. */
  app(nameOrId?: string): App | undefined
  /** By user name or object id; also by the object id of a guest account. */
  user(nameOrId: string): User | undefined
  /** Adds a user. Throws a `TypeError` for anything that would be invalid in a declaration. */
  addUser(user: unknown): User
  /**
   * Replaces fields of an app's registration. Throws a `TypeError` for anything that would be invalid in a declaration.
   */
  updateApp(app: App, changes: AppChanges): void
  /** Adds a user-assigned managed identity, which signs in as an app does. */
  addIdentity(identity: IdentityEntry): void
  /** Whether tokens are issued for a resource, named by URI or GUID. */
  knowsResource(resource: string): boolean
  /** A resource that is declared or well known, named by URI or GUID. */
  resource(name: string): Resource | undefined
  /** Whether two names stand for the same resource. */
  sameResource(one: string, other: string): boolean
}

/** Builds the look-ups once. */
export function createDirectory(declared: ParsedDirectory): Directory {
  const tenants = new Map(declared.tenants.flatMap((each) => [each.id, ...each.domains].map((key) => [key, each])))
  const home = declared.tenants[0]?.id ?? ''
  const programs = wellKnownApps(home).map((each) => declared.readApp(each, each.name))
  const apps = new Map([...programs, ...declared.apps].map((each) => [each.clientId, each]))
  const users = new Map(declared.users.flatMap((each) => userKeys(each).map((key) => [key, each])))
  const resources = new Map(
    [...wellKnownResources, ...declared.resources].flatMap((each) => identifiers(each).map((id) => [id, each])),
  )
  const everyone = [...declared.users]
  // What apps expose comes first, and is indexed again when a registration changes.
  const byName = (): Map<string, Resource> =>
    new Map(declared.apps.map(exposed).flatMap((each) => identifiers(each).map((id) => [id, each])))
  let ofApps = byName()
  const resource = (name: string): Resource | undefined => ofApps.get(plain(name)) ?? resources.get(plain(name))
  return {
    tenants: declared.tenants,
    apps: declared.apps,
    users: everyone,
    groups: declared.groups,
    subscriptions: declared.subscriptions,
    tenant: (segment) => tenants.get(segment.toLowerCase()),
    appIn: (tenant, clientId) => {
      const app = apps.get(clientId.toLowerCase())
      return app && (app.tenants === '*' || app.tenants.includes(tenant.id)) ? app : undefined
    },
    app: (nameOrId) =>
      nameOrId === undefined
        ? declared.apps[0]
        : (declared.apps.find((each) => each.name === nameOrId) ?? apps.get(nameOrId.toLowerCase())),
    user: (nameOrId) => users.get(nameOrId.toLowerCase()),
    addUser: (declaration) => {
      const fresh = declared.readUser(declaration)
      const keys = { username: fresh.username.toLowerCase(), objectId: fresh.objectId }
      for (const field of ['username', 'objectId'] as const) {
        if (users.has(keys[field])) fail(`user.${field}`, `${JSON.stringify(fresh[field])} is taken`, 'Choose another.')
      }
      for (const key of userKeys(fresh)) users.set(key, fresh)
      everyone.push(fresh)
      return fresh
    },
    updateApp: (app, changes) => {
      const { name, clientId, tenantId } = app
      const fresh = declared.readApp({ name, clientId, tenantId, ...changes }, `changes of ${name}`)
      const changed = Object.keys(changes) as (keyof App)[]
      Object.assign(app, Object.fromEntries(changed.map((field) => [field, fresh[field]])))
      ofApps = byName()
    },
    addIdentity: ({ name, clientId, tenantId, objectId, resourceId }) => {
      const app = declared.readApp({ name, clientId, tenantId }, `the identity ${name}`)
      apps.set(clientId, { ...app, identity: { objectId, resourceId } })
    },
    knowsResource: (name) => {
      const id = plain(name)
      if (resource(name) !== undefined || accountHost.test(id)) return true
      return declared.anyResource && !isGuid(id) && id.startsWith('https://')
    },
    resource,
    sameResource: (one, other) => {
      if (plain(one) === plain(other)) return true
      const found = resource(one)
      return found !== undefined && identifiers(found).includes(plain(other))
    },
  }
}

function userKeys({ objectId, username, guestIn }: User): string[] {
  return [objectId, username.toLowerCase(), ...guestIn.map((tenantId) => guestObjectId(tenantId, objectId))]
}

function exposed(app: App): Resource {
  return { ids: [`api://${app.clientId}`, ...app.identifierUris], appId: app.clientId, app }
}

function identifiers(resource: Resource): string[] {
  return [...resource.ids, ...(resource.appId === undefined ? [] : [resource.appId])].map(plain)
}

/** Entra ID compares resources without regard to case or to one trailing slash. */
function plain(resource: string): string {
  const id = resource.toLowerCase()
  return id.endsWith('/') ? id.slice(0, -1) : id
}
