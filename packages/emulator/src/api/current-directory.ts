import type { DirectoryDeclaration } from '../directory/declaration.ts'
import { createDirectory, type Directory } from '../directory/directory.ts'
import { parseDirectory } from '../directory/parse.ts'
import type { Kept } from '../primitives/kept.ts'

/** A directory that can be declared again while it is in use. */
export interface CurrentDirectory {
  /** Always the latest declaration, with the users and identities that were added since. */
  directory: Directory
  /** The latest declaration. */
  declaration(): DirectoryDeclaration
  /** Declares it again; added users and identities are kept. If it throws a `TypeError`, nothing has changed. */
  replace(declaration: DirectoryDeclaration): void
  /** Restores the first declaration, without added users or changes to apps. */
  reset(): void
}

type Identity = Parameters<Directory['addIdentity']>[0]
/** A user's declaration, with the object id that was assigned. */
type AddedUser = Readonly<Record<string, unknown>> & { objectId: string }

/** Throws a `TypeError` if the declaration is invalid. Added users are kept. */
export function createCurrentDirectory(declaration: DirectoryDeclaration, kept: Kept): CurrentDirectory {
  let declared = declaration
  const users: AddedUser[] = [...(kept.part<AddedUser[]>('users', () => users) ?? [])]
  const identities: Identity[] = []
  const build = (from: DirectoryDeclaration): Directory => {
    const fresh = createDirectory(parseDirectory(from))
    for (const user of users) addAgain(fresh, user)
    for (const identity of identities) fresh.addIdentity(identity)
    return fresh
  }
  let current = build(declared)
  const additions: Pick<Directory, 'addUser' | 'addIdentity'> = {
    addUser: (user) => {
      const fresh = current.addUser(user)
      users.push({ ...(user as object), objectId: fresh.objectId })
      kept.changed()
      return fresh
    },
    addIdentity: (identity) => {
      identities.push(identity)
      current.addIdentity(identity)
    },
  }
  return {
    directory: following((name) => Reflect.get(name in additions ? additions : current, name)),
    declaration: () => declared,
    replace: (next) => {
      current = build(next)
      declared = next
    },
    reset: () => {
      users.length = 0
      kept.changed()
      current = build(declaration)
      declared = declaration
    },
  }
}

/**
 * Adds a user who was added to an earlier declaration, unless this one has a user with that name, or lacks the tenant.
 */
function addAgain(directory: Directory, user: AddedUser): void {
  try {
    directory.addUser(user)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
}

/** An object that looks up each field with `current` when it is read, and each method when it is called. */
function following<T extends object>(current: (name: string | symbol) => unknown): T {
  return new Proxy({} as T, {
    get: (_, name) => {
      const value = current(name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => (current(name) as (...args: unknown[]) => unknown)(...args)
    },
  })
}
