import { builtin } from '../builtin.ts'
import { ownUserId } from '../own-user-id.ts'

/** The contents of /etc/passwd and /etc/group (passwd(5), group(5)), and the user of this process. */
export interface UserFiles {
  passwd: string
  group: string
  uid: number | undefined
}

/** Those of this machine. A file that cannot be read counts as empty. */
export function filesOfUsers(): UserFiles {
  const read = (path: string): string => {
    try {
      return builtin('node:fs')?.readFileSync(path, 'utf8') ?? ''
    } catch {
      return ''
    }
  }
  return { passwd: read('/etc/passwd'), group: read('/etc/group'), uid: ownUserId() }
}

/**
 * Whether anybody but root and this user is in a group, by its list of members or because it is somebody's primary group.
 * Root's group counts as root. A group that is not in the files, such as one of a directory service, may have any members.
 */
export function hasOtherMembers(gid: number, { passwd, group, uid }: UserFiles): boolean {
  if (gid === 0) return false
  const users = rows(passwd).map(([name = '', , id, own]) => ({ name, id: Number(id), gid: Number(own) }))
  const row = rows(group).find(([, , id]) => Number(id) === gid)
  const named = (row?.[3] ?? '').split(',').filter((name) => name !== '')
  const isTrusted = (id: number | undefined): boolean => id === 0 || id === uid
  const others = users.filter((user) => user.gid === gid && !isTrusted(user.id))
  const strangers = named.filter((name) => !isTrusted(users.find((user) => user.name === name)?.id))
  return row === undefined || others.length > 0 || strangers.length > 0
}

function rows(text: string): string[][] {
  return text.split('\n').map((line) => line.trim().split(':'))
}
