import type { Directory } from '../directory/directory.ts'
import type { Group, User } from '../directory/entries.ts'
import type { ReceivedRequest } from '../http/received-request.ts'
import { textField } from '../primitives/jwt.ts'
import type { Caller } from './caller.ts'
import { type Entity, groupEntity, groupKind, typed, userEntity, userKind } from './entities.ts'
import { GraphError } from './graph-answer.ts'

/** The parts of the emulator that are needed to find people and groups. */
interface MembersService {
  directory: Pick<Directory, 'user' | 'users' | 'groups'>
}

/** A person in a tenant, as a member or a guest. */
export interface PersonInTenant {
  entity: Entity
  tenantId: string
  user: Pick<User, 'groups' | 'directGroups' | 'directoryRoles'>
}

/** Everyone in the caller's tenant. */
export function peopleOf(caller: Caller, { directory }: MembersService): PersonInTenant[] {
  return directory.users.filter((user) => isIn(caller, user)).map((user) => inTenant(caller, user))
}

function isIn({ tenant }: Caller, { tenantId, guestIn }: User): boolean {
  return tenantId === tenant.id || guestIn.includes(tenant.id)
}

function inTenant({ tenant }: Caller, user: User): PersonInTenant {
  return { entity: userEntity(user, tenant), tenantId: tenant.id, user }
}

/**
 * Finds a person by object id or user name, also as a guest. The caller need not be declared, because their token says
 * who they are.
 */
export function personNamed(caller: Caller, service: MembersService, name: string): PersonInTenant | undefined {
  const external = (each: PersonInTenant): boolean =>
    String(each.entity.userPrincipalName).toLowerCase() === name.toLowerCase()
  const user = service.directory.user(name)
  const found = user && isIn(caller, user) ? inTenant(caller, user) : peopleOf(caller, service).find(external)
  return found ?? (name.toLowerCase() === caller.user?.objectId ? undeclared(caller) : undefined)
}

function undeclared(caller: Caller): PersonInTenant {
  const { tenant, user } = caller
  const claims = user?.claims ?? {}
  const username = textField(claims, 'upn') ?? textField(claims, 'unique_name') ?? ''
  const person: User = {
    objectId: user?.objectId ?? '',
    username,
    displayName: textField(claims, 'name') ?? username,
    tenantId: tenant.id,
    ...{ password: '', secondFactor: false, secondFactorCode: '' },
    ...{ groups: [], directGroups: [], directoryRoles: [], guestIn: [], roles: {} },
  }
  return inTenant(caller, person)
}

/** The groups and directory roles of a person, with or without the groups that contain their groups. */
export function membershipsOf(
  { user, tenantId }: PersonInTenant,
  { directory }: MembersService,
  isTransitive: boolean,
): Entity[] {
  const ids = isTransitive ? user.groups : user.directGroups
  const groups = directory.groups.filter((group) => group.tenantId === tenantId && ids.includes(group.objectId))
  return [
    ...groups.map((group) => typed(groupKind, groupEntity(group))),
    ...user.directoryRoles.map((id) => ({ '@odata.type': '#microsoft.graph.directoryRole', id, roleTemplateId: id })),
  ]
}

/** The users and groups within a group. */
export function membersOf(group: Group, caller: Caller, service: MembersService, isTransitive: boolean): Entity[] {
  const { groups } = service.directory
  const people = peopleOf(caller, service).filter(({ user }) =>
    (isTransitive ? user.groups : user.directGroups).includes(group.objectId),
  )
  const inner = new Set(group.memberGroups)
  if (isTransitive) {
    for (const id of inner) for (const deeper of groupOf(id, groups)?.memberGroups ?? []) inner.add(deeper)
  }
  return [
    ...people.map(({ entity }) => typed(userKind, entity)),
    ...[...inner].flatMap((id) => groupOf(id, groups) ?? []).map((each) => typed(groupKind, groupEntity(each))),
  ]
}

function groupOf(id: string, groups: readonly Group[]): Group | undefined {
  return groups.find(({ objectId }) => objectId === id)
}

/** The response of `getMemberObjects` and `getMemberGroups`; the body says whether only security groups count. */
export function memberObjectIds(
  person: PersonInTenant,
  { directory }: MembersService,
  { text }: ReceivedRequest,
  action: string,
): string[] {
  const { securityEnabledOnly } = readBody(text)
  if (typeof securityEnabledOnly !== 'boolean') {
    throw new GraphError(400, 'Request_BadRequest', 'The property securityEnabledOnly is missing, or not a boolean.')
  }
  const { user, tenantId } = person
  const groups = directory.groups.filter((each) => each.tenantId === tenantId && user.groups.includes(each.objectId))
  const ids = groups.filter((each) => !securityEnabledOnly || each.securityEnabled).map(({ objectId }) => objectId)
  return action.toLowerCase() === 'getmemberobjects' ? [...ids, ...user.directoryRoles] : ids
}

function readBody(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>
  } catch {
    // Refused below, like JSON that is not an object.
  }
  throw new GraphError(400, 'BadRequest', 'Unable to read JSON request payload.')
}
