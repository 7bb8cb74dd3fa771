import { ownUserId } from '../own-user-id.ts'
import { fileFault, fileSystem } from './file-system.ts'
import { readGuarded } from './guarded-read.ts'

/** Files that other programs also read and write. No call follows a symbolic link in the last part of the path. */
export interface SharedFiles {
  /** The whole file, or `undefined` if there is none. Rejects for anything but a plain file of at most 16 MiB. */
  read(path: string): Promise<Uint8Array | undefined>
  /** Replaces the whole file in one step, or not at all, for its owner alone (0600). */
  replace(path: string, text: string): Promise<void>
  /** Creates a new file for its owner alone. False if it exists. */
  create(path: string, text: string): Promise<boolean>
  /** A string that changes when the file does, or `undefined` if there is none. */
  stamp(path: string): Promise<string | undefined>
  /** Removes the file if it exists. */
  remove(path: string): Promise<void>
}

/** As large as the documents of MSAL may be: see `msal/document.ts`. Files that hold one secret end at 1 MiB. */
const maximumBytes = 16 * 1024 * 1024

/** The files of this machine. If the runtime has none, each call rejects and says so. */
export const localSharedFiles: SharedFiles = {
  read: (path) => orUndefined(readGuarded(path, { maximumBytes, links: 'refused' })),
  async replace(path, text) {
    const { open, rename, rm, lstat } = fileSystem()
    const former = await orUndefined(lstat(path))
    if (former !== undefined && !former.isFile()) throw fileFault('EINVAL', 'not a plain file')
    const temporary = `${path}.${crypto.randomUUID()}.tmp`
    const file = await open(temporary, 'wx', 0o600)
    try {
      try {
        // A file that root rewrites keeps its owner.
        if (former !== undefined && ownUserId() === 0) await file.chown(former.uid, former.gid)
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  },
  async create(path, text) {
    try {
      await fileSystem().writeFile(path, text, { flag: 'wx', mode: 0o600 })
      return true
    } catch (error) {
      // Windows reports EPERM for a file that is just being removed.
      if (codeOf(error) === 'EEXIST' || codeOf(error) === 'EPERM') return false
      throw error
    }
  },
  async stamp(path) {
    const status = await orUndefined(fileSystem().lstat(path))
    return status && `${status.mtimeMs} ${status.size} ${status.ino}`
  },
  remove: (path) => fileSystem().rm(path, { force: true }),
}

async function orUndefined<T>(opening: Promise<T>): Promise<T | undefined> {
  try {
    return await opening
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code
}
