import { guidFrom } from '../primitives/guid.ts'
import type { App, Group, User } from './entries.ts'
import { fail, flag, guid, list, object, oneOf, optional, text } from './fields.ts'
import type { ReadTenantId } from './parse-app.ts'

/** What the names in users and groups can refer to. */
interface Surroundings {
  apps: readonly App[]
  tenantId: ReadTenantId
  /** The tenant, if there is just one. */
  only: string | undefined
}

/** A group, with its members as they were declared. */
export interface DeclaredGroup extends Group {
  members: readonly string[]
}

/** Reads one of `groups`. Throws a `TypeError` that names the field and the remedy. */
export function parseGroup(value: unknown, path: string, { apps, tenantId, only }: Surroundings): DeclaredGroup {
  const fields = object(value, path, [
    ...['displayName', 'objectId', 'description', 'tenantId', 'members', 'assignedTo', 'securityEnabled', 'mail'],
  ])
  const home = tenantId(fields.tenantId ?? only, `${path}.tenantId`)
  const displayName = text(fields.displayName, `${path}.displayName`)
  const mail = optional(fields.mail, `${path}.mail`, text)
  const assignedTo = list(fields.assignedTo, `${path}.assignedTo`, (item, at) =>
    declaredClientId(text(item, at), at, apps),
  )
  return {
    displayName,
    objectId: optional(fields.objectId, `${path}.objectId`, guid) ?? guidFrom(`${home}/group/${displayName}`),
    description: optional(fields.description, `${path}.description`, text) ?? '',
    tenantId: home,
    members: list(fields.members, `${path}.members`, text),
    assignedTo,
    memberGroups: [],
    securityEnabled: optional(fields.securityEnabled, `${path}.securityEnabled`, flag) ?? true,
    ...(mail === undefined ? {} : { mail }),
  }
}

const userFields = [
  ...['objectId', 'username', 'password', 'displayName', 'tenantId', 'secondFactor', 'secondFactorCode', 'mail'],
  ...['givenName', 'surname', 'country', 'groups', 'roles', 'directoryRoles', 'guestIn', 'identityParentId'],
]

/** Reads one of `users`. Throws a `TypeError` that names the field and the remedy. */
export function parseUser(
  value: unknown,
  path: string,
  { apps, tenantId, only, groups }: Surroundings & { groups: readonly DeclaredGroup[] },
): User {
  const fields = object(value, path, userFields)
  const username = text(fields.username, `${path}.username`)
  const home = tenantId(fields.tenantId ?? only, `${path}.tenantId`)
  const named = list(fields.groups, `${path}.groups`, (item, at) => declaredGroup(text(item, at), at, groups))
  const parent = optional(fields.identityParentId, `${path}.identityParentId`, (item, at) =>
    declaredClientId(text(item, at), at, apps),
  )
  return {
    objectId: guid(fields.objectId, `${path}.objectId`),
    username,
    password: text(fields.password, `${path}.password`),
    displayName: optional(fields.displayName, `${path}.displayName`, text) ?? username,
    tenantId: home,
    secondFactor: optional(fields.secondFactor, `${path}.secondFactor`, oneOf('required')) !== undefined,
    secondFactorCode: optional(fields.secondFactorCode, `${path}.secondFactorCode`, text) ?? '123456',
    directGroups: named.map(({ objectId }) => objectId),
    groups: closure(
      named.map(({ objectId }) => objectId),
      groups,
    ),
    roles: optional(fields.roles, `${path}.roles`, (item, at) => assignedRoles(item, at, apps)) ?? {},
    directoryRoles: list(fields.directoryRoles, `${path}.directoryRoles`, guid),
    guestIn: list(fields.guestIn, `${path}.guestIn`, tenantId).filter((id) => id !== home),
    ...texts(fields, path, ['mail', 'givenName', 'surname', 'country']),
    ...(parent === undefined ? {} : { identityParentId: parent }),
  }
}

/** The text fields that are set. */
function texts<Name extends string>(
  fields: Readonly<Record<string, unknown>>,
  path: string,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const set = names.filter((name) => fields[name] !== undefined)
  return Object.fromEntries(set.map((name) => [name, text(fields[name], `${path}.${name}`)])) as Partial<
    Record<Name, string>
  >
}

/** The users, including memberships that groups declare. Throws a `TypeError` for a member that is not declared. */
export function withMembers(users: readonly User[], groups: readonly DeclaredGroup[]): User[] {
  const isNamed = (names: readonly string[], ...own: string[]): boolean =>
    names.some((name) => own.some((each) => each.toLowerCase() === name.toLowerCase()))
  for (const [index, { members }] of groups.entries()) {
    const unknownName = members.find(
      (name) =>
        !users.some((user) => isNamed([name], user.username, user.objectId)) &&
        !groups.some((group) => isNamed([name], group.displayName, group.objectId)),
    )
    if (unknownName !== undefined) {
      fail(`groups[${index}].members`, `names ${JSON.stringify(unknownName)}`, 'Use a declared user or group.')
    }
  }
  return users.map((user) => {
    const named = groups.filter(({ members }) => isNamed(members, user.username, user.objectId))
    const directGroups = [...new Set([...user.directGroups, ...named.map(({ objectId }) => objectId)])]
    return { ...user, directGroups, groups: closure(directGroups, groups) }
  })
}

/** The groups, with the object ids of those that they name as members. */
export function withInnerGroups(groups: readonly DeclaredGroup[]): DeclaredGroup[] {
  const isNamed = ({ displayName, objectId }: DeclaredGroup, members: readonly string[]): boolean =>
    members.some((name) => [displayName.toLowerCase(), objectId].includes(name.toLowerCase()))
  return groups.map((group) => ({
    ...group,
    memberGroups: groups.filter((each) => isNamed(each, group.members)).map(({ objectId }) => objectId),
  }))
}

/** The groups and all groups that contain them, however deeply nested. */
function closure(own: readonly string[], groups: readonly DeclaredGroup[]): string[] {
  const all = new Set(own)
  for (const id of all) {
    const inner = groups.find(({ objectId }) => objectId === id)
    const names = [id, inner?.displayName.toLowerCase()]
    for (const { objectId, members } of groups) {
      if (members.some((name) => names.includes(name.toLowerCase()))) all.add(objectId)
    }
  }
  return [...all]
}

function assignedRoles(value: unknown, path: string, apps: readonly App[]): Record<string, string[]> {
  const byApp = object(value, path, Object.keys(value ?? {}))
  return Object.fromEntries(
    Object.entries(byApp).map(([name, values]) => {
      const clientId = declaredClientId(name, path, apps)
      const defined = apps.find((app) => app.clientId === clientId)?.appRoles ?? []
      const roles = list(values, `${path}.${name}`, text)
      const unknownRole = defined.length === 0 ? undefined : roles.find((role) => !isUserRole(defined, role))
      if (unknownRole === undefined) return [clientId, roles]
      const known = defined.map((role) => role.value).join(', ')
      return fail(`${path}.${name}`, `assigns ${JSON.stringify(unknownRole)}`, `For users, its appRoles are: ${known}.`)
    }),
  )
}

function isUserRole(defined: App['appRoles'], role: string): boolean {
  return defined.some(({ value, allowedMemberTypes }) => value === role && allowedMemberTypes.includes('User'))
}

/** The client id of the app with this name or client id. Throws a `TypeError` for one that is not declared. */
export function declaredClientId(nameOrId: string, path: string, apps: readonly App[]): string {
  const found = apps.find(({ name, clientId }) => name === nameOrId || clientId === nameOrId.toLowerCase())
  return (
    found?.clientId ?? fail(path, `names ${JSON.stringify(nameOrId)}`, 'Use the name or client id of one of apps[].')
  )
}

function declaredGroup(nameOrId: string, path: string, groups: readonly DeclaredGroup[]): DeclaredGroup {
  const found = groups.find(
    ({ displayName, objectId }) =>
      displayName.toLowerCase() === nameOrId.toLowerCase() || objectId === nameOrId.toLowerCase(),
  )
  return found ?? fail(path, `names ${JSON.stringify(nameOrId)}`, 'Use a displayName or objectId of one of groups[].')
}
