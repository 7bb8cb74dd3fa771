import { randomUUID } from 'node:crypto'
import type { App, Resource, Tenant, User } from './entries.ts'
import { fail, flag, guid, list, object, oneOf, optional, text } from './fields.ts'
import { parseApp, type ReadTenantId } from './parse-app.ts'
import { type Subscription, subscription } from './subscriptions.ts'

/** A declaration that has been read and cross-checked. */
export interface ParsedDirectory {
  tenants: readonly Tenant[]
  apps: readonly App[]
  /** Reads an app as the declaration's were read, for changes while the emulator runs. */
  readApp(value: unknown, path: string): App
  /** Reads a user who is added while the emulator runs. */
  readUser(value: unknown): User
  resources: readonly Resource[]
  users: readonly User[]
  subscriptions: readonly Subscription[]
  anyResource: boolean
}

/** Reads a `DirectoryDeclaration` from code or JSON. Throws a `TypeError` that names the field and the mend. */
export function parseDirectory(declaration: unknown): ParsedDirectory {
  const fields = object(declaration, 'directory', [
    ...['tenants', 'apps', 'resources', 'users', 'subscriptions', 'anyResource'],
  ])
  const tenants = list(fields.tenants, 'tenants', tenant)
  if (tenants.length === 0) fail('tenants', 'has no entry', 'Declare one: { id: <GUID> }.')
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
  const users = list(fields.users, 'users', (value, path) => user(value, path, tenants, tenantId))
  const only = tenants.length === 1 ? tenants[0]?.id : undefined
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
  return {
    tenants,
    apps,
    readApp,
    users,
    readUser: (value) => user({ objectId: randomUUID(), ...setFields(value) }, 'user', tenants, tenantId),
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
  return fail(path, `${JSON.stringify(name)} is not a domain name`, 'Write it like contoso.onmicrosoft.com.')
}

function resource(value: unknown, path: string): Resource {
  const fields = object(value, path, ['id', 'appId'])
  const ids = Array.isArray(fields.id) ? list(fields.id, `${path}.id`, text) : [text(fields.id, `${path}.id`)]
  const appId = optional(fields.appId, `${path}.appId`, guid)
  return { ids, ...(appId === undefined ? {} : { appId }) }
}

function user(value: unknown, path: string, tenants: readonly Tenant[], tenantId: ReadTenantId): User {
  const fields = object(value, path, [
    ...['objectId', 'username', 'password', 'displayName', 'tenantId', 'secondFactor', 'secondFactorCode'],
  ])
  const username = text(fields.username, `${path}.username`)
  const only = tenants.length === 1 ? tenants[0]?.id : undefined
  return {
    objectId: guid(fields.objectId, `${path}.objectId`),
    username,
    password: text(fields.password, `${path}.password`),
    displayName: optional(fields.displayName, `${path}.displayName`, text) ?? username,
    tenantId: tenantId(fields.tenantId ?? only, `${path}.tenantId`),
    secondFactor: optional(fields.secondFactor, `${path}.secondFactor`, oneOf('required')) !== undefined,
    secondFactorCode: optional(fields.secondFactorCode, `${path}.secondFactorCode`, text) ?? '123456',
  }
}

/** The fields of an object that are set. */
function setFields(value: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, field]) => field !== undefined))
}

function unique(values: readonly string[], path: string, field: string): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index)
  if (twice !== undefined) fail(path, `declares the ${field} ${JSON.stringify(twice)} twice`, 'Remove one of them.')
}
