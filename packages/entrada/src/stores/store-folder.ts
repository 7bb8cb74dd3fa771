import type { PrivateFiles } from '../runtime/files/private-files.ts'
import type { FileStoreHost } from './file-host.ts'
import { type Locked, type LockPlace, withLock } from './file-lock.ts'

/**
 * The folder of a file store:
 *
 *     records/<2 letters>/<partition>/<record>    one envelope each
 *     locks/<letter>/                             a lock for the records whose names begin with the letter
 *     leases/<record>                             which process is requesting a token
 *     temporary/                                  unfinished files
 *     set-aside/<record>                          a broken envelope
 *     set-aside/<record>.<key id>                 a sign-in that another program can open
 */
export interface StoreFolder {
  path: string
  /**
   * The files of this folder. Before one is created, removed or overwritten, the folder is compared with the one that
   * was checked: if another folder was put in its place, that is left alone.
   */
  files: PrivateFiles
  /** Creates or checks the folder, once; again after a failure. */
  open(): Promise<LockPlace>
  /**
   * Makes sure that the folder is still the one that was checked. Rejects if another one has permanently taken its
   * place.
   */
  confirm(inner?: string): Promise<void>
  /** Forgets that the folder was opened, because something in it has disappeared. */
  reopen(): void
  lockOf(name: string): string
  /** Runs the work while no other call and no other process holds the lock for this record. */
  locked<T>(name: string, work: Locked<T>): Promise<T>
}

const innerFolders = ['records', 'locks', 'leases', 'temporary', 'set-aside']

export function storeFolder(path: string, host: FileStoreHost): StoreFolder {
  const { files } = host
  const temporary = `${path}/temporary`
  let opening: Promise<LockPlace> | undefined
  /** The identities of the folders that were checked. */
  let checked = new Map<string, string>()
  /** Within a process, callers that want a lock queue up rather than compete for it. */
  const lines = new Map<string, Promise<unknown>>()

  async function make(): Promise<LockPlace> {
    const identity = await files.openFolder(path)
    const inner = innerFolders.map(
      async (name) => [`${path}/${name}`, await files.openFolder(`${path}/${name}`)] as const,
    )
    checked = new Map([[path, identity], ...(await Promise.all(inner))])
    const { pause, random } = host
    return { temporary, world: { files: lockFiles, me: await host.process(), pause, random } }
  }

  function open(): Promise<LockPlace> {
    const mine = opening ?? make()
    opening = mine
    mine.catch(() => {
      if (opening === mine) opening = undefined
    })
    return mine
  }

  async function isAsChecked(inner: string): Promise<boolean> {
    const folders = inner === '' ? [path] : [path, `${path}/${inner}`]
    const identities = await Promise.all(folders.map((folder) => files.identityOf(folder)))
    return folders.every((folder, index) => checked.get(folder) === identities[index])
  }

  async function confirm(inner = ''): Promise<void> {
    await open()
    if (await isAsChecked(inner)) return
    // Another of our processes may have created it again: then everything that was checked before is checked again.
    opening = undefined
    await open()
    if (!(await isAsChecked(inner)))
      throw new Error(`${path} was replaced while it was in use. Nothing was removed there`)
  }

  /** Checks the folder of a path first. */
  async function confirmAbove(at: string): Promise<void> {
    if (at.startsWith(`${path}/`)) await confirm(at.slice(path.length + 1).split('/')[0])
  }

  // Lock files are moved between names that no other file has, so they need no such check.
  const lockFiles: PrivateFiles = {
    ...files,
    create: async (at, bytes) => confirmAbove(at).then(() => files.create(at, bytes)),
    makeFolder: async (at) => confirmAbove(at).then(() => files.makeFolder(at)),
    remove: async (at) => confirmAbove(at).then(() => files.remove(at)),
    removeEmpty: async (at) => confirmAbove(at).then(() => files.removeEmpty(at)),
  }
  const lockOf = (name: string): string => `${path}/locks/${name}`

  return {
    path,
    files: { ...lockFiles, move: async (from, to) => confirmAbove(to).then(() => files.move(from, to)) },
    open,
    confirm,
    reopen() {
      opening = undefined
    },
    lockOf,
    locked(name, work) {
      const lock = lockOf(name.slice(0, 1))
      const mine = (lines.get(lock) ?? Promise.resolve()).then(async () => withLock(lock, await open(), work))
      lines.set(
        lock,
        mine.catch(() => undefined),
      )
      return mine
    },
  }
}
