import type { Directory } from '../directory/directory.ts'
import type { Group, Tenant, User } from '../directory/entries.ts'
import { guestObjectId } from '../primitives/guid.ts'
import type { Person } from './user-grant.ts'

/** A person's account in the tenant that issues a token: as a member or as a guest. */
export interface Account {
  /** The object id in that tenant. */
  objectId: string
  person: Person
  /** The issuer of the guest's home tenant; `undefined` for members. */
  homeIssuer: string | undefined
  /** The user in the directory; `undefined` for a person who is not declared. */
  user: User | undefined
  groups: readonly Group[]
}

/** The parts of the emulator that are needed for finding an account. */
export interface AccountService {
  directory: Pick<Directory, 'user' | 'groups'>
  issuer(tenantId: string): string
}

/** The account of a person in a tenant that has them as a member or a guest. */
export function accountIn({ directory, issuer }: AccountService, tenant: Tenant, person: Person): Account {
  const user = directory.user(person.objectId)
  const isGuest = person.tenantId !== tenant.id
  const groups = new Set(user?.groups)
  return {
    objectId: isGuest ? guestObjectId(tenant.id, person.objectId) : person.objectId,
    person,
    homeIssuer: isGuest ? issuer(person.tenantId) : undefined,
    user,
    groups: directory.groups.filter((group) => group.tenantId === tenant.id && groups.has(group.objectId)),
  }
}
