import { randomUUID } from 'node:crypto'
import type { App, Group, Resource, Tenant, User } from './entries.ts'
import { fail, flag, guid, list, object, optional, text } from './fields.ts'
import { parseApp, type ReadTenantId } from './parse-app.ts'
import { declaredClientId, parseGroup, parseUser, withInnerGroups, withMembers } from './parse-people.ts'

/** A declaration that has been read and cross-checked. */
export interface ParsedDirectory {
  tenants: readonly Tenant[]
  apps: readonly App[]
  /** Reads an app in the same way as those in the declaration, for changes while the emulator is running. */
  readApp(value: unknown, path: string): App
  /** Reads a user who is added while the emulator is running. */
  readUser(value: unknown): User
  resources: readonly Resource[]
  users: readonly User[]
  groups: readonly Group[]
  subscriptions: readonly Subscription[]
  anyResource: boolean
}

/** Reads a `DirectoryDeclaration` from code or JSON. Throws a `TypeError` that names the field and the remedy. */
export function parseDirectory(declaration: unknown): ParsedDirectory {
  const fields = object(declaration, 'directory', [
    ...['tenants', 'apps', 'resources', 'users', 'groups', 'subscriptions', 'anyResource'],
  ])
  const tenants = list(fields.tenants, 'tenants', tenant)
  if (tenants.length === 0) fail('tenants', 'is empty', 'Declare at least one: { id: <GUID> }.')
  const tenantId = (value: unknown, path: string): string => {
    const named = text(value, path).toLowerCase()
    const found = tenants.find((each) => each.id === named || each.domains.includes(named))
    if (found) return found.id
    return fail(
      path,
      `${JSON.stringify(named)} is not a declared tenant`,
      'Use the id or a domain of one of tenants[].',
    )
  }
  const readApp: ParsedDirectory['readApp'] = (value, path) => parseApp(value, path, tenantId)
  const apps = list(fields.apps, 'apps', readApp)
  const only = tenants.length === 1 ? tenants[0]?.id : undefined
  const around = { apps, tenantId, only }
  const groups = withInnerGroups(list(fields.groups, 'groups', (value, path) => parseGroup(value, path, around)))
  const readUser = (value: unknown, path: string): User => parseUser(value, path, { ...around, groups })
  const users = withMembers(list(fields.users, 'users', readUser), groups)
  const subscriptions = list(fields.subscriptions, 'subscriptions', (value, path) =>
    subscription(value, path, tenantId, only),
  )
  unique(
    tenants.map((each) => each.id),
    'tenants',
    'id',
  )
  unique(
    tenants.flatMap((each) => each.domains),
    'tenants',
    'domain',
  )
  unique(
    apps.map((each) => each.clientId),
    'apps',
    'clientId',
  )
  unique(
    apps.map((each) => each.name),
    'apps',
    'name',
  )
  unique(
    users.map((each) => each.username.toLowerCase()),
    'users',
    'username',
  )
  unique(
    groups.map((each) => `${each.displayName} in ${each.tenantId}`),
    'groups',
    'displayName',
  )
  for (const [index, { agentIdentityBlueprintId: named }] of apps.entries()) {
    if (named !== undefined) declaredClientId(named, `apps[${index}].agentIdentityBlueprintId`, apps)
  }
  return {
    tenants,
    apps,
    readApp,
    users,
    groups,
    readUser: (value) => readUser({ objectId: randomUUID(), ...setFields(value) }, 'user'),
    subscriptions,
    resources: list(fields.resources, 'resources', resource),
    anyResource: optional(fields.anyResource, 'anyResource', flag) ?? true,
  }
}

function tenant(value: unknown, path: string): Tenant {
  const fields = object(value, path, ['id', 'domains', 'name'])
  const id = guid(fields.id, `${path}.id`)
  const domains = list(fields.domains, `${path}.domains`, domain)
  return { id, domains, name: optional(fields.name, `${path}.name`, text) ?? domains[0] ?? id }
}

function domain(value: unknown, path: string): string {
  const name = text(value, path).toLowerCase()
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name)) return name
  return fail(path, `${JSON.stringify(name)} is not a domain name`, 'Write it as contoso.onmicrosoft.com.')
}

function resource(value: unknown, path: string): Resource {
  const fields = object(value, path, ['id', 'appId'])
  const ids = Array.isArray(fields.id) ? list(fields.id, `${path}.id`, text) : [text(fields.id, `${path}.id`)]
  const appId = optional(fields.appId, `${path}.appId`, guid)
  return { ids, ...(appId === undefined ? {} : { appId }) }
}

/** The fields of an object that are set. */
function setFields(value: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, field]) => field !== undefined))
}

function unique(values: readonly string[], path: string, field: string): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index)
  if (twice !== undefined) fail(path, `declares the ${field} ${JSON.stringify(twice)} twice`, 'Remove one of them.')
}

/** A subscription, identifiers in lower case. */
export interface Subscription {
  id: string
  name: string
  tenantId: string
}

/** Reads one of `subscriptions`; `only` is the tenant if there is just one. */
function subscription(value: unknown, path: string, tenantId: ReadTenantId, only: string | undefined): Subscription {
  const fields = object(value, path, ['id', 'name', 'tenantId'])
  const id = guid(fields.id, `${path}.id`)
  return {
    id,
    name: optional(fields.name, `${path}.name`, text) ?? id,
    tenantId: tenantId(fields.tenantId ?? only, `${path}.tenantId`),
  }
}
