import type { Caller } from './caller.ts'
import { GraphError } from './graph-answer.ts'

const directory = ['Directory.Read.All', 'Directory.ReadWrite.All', 'Directory.AccessAsUser.All']
const users = ['User.ReadBasic.All', 'User.Read.All', 'User.ReadWrite.All', ...directory]
const groups = [
  'GroupMember.Read.All',
  'GroupMember.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  ...directory,
]

/** A kind of request. */
export type Operation =
  | 'ownProfile'
  | 'users'
  | 'ownMemberships'
  | 'memberships'
  | 'groups'
  | 'applications'
  | 'organization'

/**
 * The permissions that allow each kind of request, any one of them, as Microsoft's reference lists them for each
 * operation (https://learn.microsoft.com/graph/permissions-reference).
 */
const permitted: Readonly<Record<Operation, readonly string[]>> = {
  ownProfile: ['User.Read', 'User.ReadWrite', ...users],
  users,
  /** What a user is a member of; without one of `groups`, only that there are groups. */
  ownMemberships: ['User.Read', 'User.ReadWrite', 'User.Read.All', ...groups],
  memberships: ['User.Read.All', 'User.ReadWrite.All', ...groups],
  groups,
  applications: ['Application.Read.All', 'Application.ReadWrite.All', 'Application.ReadWrite.OwnedBy', ...directory],
  organization: ['User.Read', 'Organization.Read.All', 'Organization.ReadWrite.All', ...directory],
}

/** Whether the caller's token has a permission for it. */
export function may({ permissions }: Caller, operation: Operation): boolean {
  return permitted[operation].some((name) => permissions.includes(name))
}

/** Throws Microsoft Graph's 403 if it does not have one. */
export function checkPermission(caller: Caller, operation: Operation): void {
  if (may(caller, operation)) return
  throw new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')
}
