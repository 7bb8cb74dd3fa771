import { builtin } from '../builtin.ts'
import { isProcess } from '../which-runtime.ts'
import { fileFault, fileSystem, makeFolders } from './file-system.ts'
import { distrust } from './folder-trust.ts'

/**
 * Files in a folder that belongs to one user alone, shared by that user's processes. No call follows a symbolic link in the
 * last part of the path, anything that another user could have put there is refused, and nothing is removed recursively.
 */
export interface PrivateFiles {
  /**
   * Makes a folder for its owner alone (0700), or checks that it is one and that nobody else can put another in its place.
   * Resolves to the folder's identity, which no other folder has. Rejects with the reason if a check fails.
   */
  openFolder(path: string): Promise<string>
  /** The folder's identity; `undefined` if there is none, or something that is not a folder. */
  identityOf(path: string): Promise<string | undefined>
  /** Makes a folder, and those above it, within a folder that was opened. */
  makeFolder(path: string): Promise<void>
  /** The whole file, or `undefined` if there is none. Rejects for anything but a private, plain file of at most this size. */
  read(path: string, maximumBytes: number): Promise<Uint8Array | undefined>
  /** Creates a new file for its owner alone (0600) and flushes it to the disk. Leaves nothing behind on failure. */
  create(path: string, bytes: Uint8Array | string): Promise<void>
  /** Moves a file or a folder in one step, replacing an existing file. False if there is nothing to move. */
  move(from: string, to: string): Promise<boolean>
  /** Moves a folder in one step. False if the target exists and is not empty. */
  moveFolder(from: string, to: string): Promise<boolean>
  /** The names in a folder, or `undefined` if there is none. */
  list(path: string): Promise<string[] | undefined>
  has(path: string): Promise<boolean>
  /** When the file was written, in milliseconds since the epoch; `undefined` if there is none. */
  writtenAt(path: string): Promise<number | undefined>
  /** Removes a file if it exists. Of a link, the link itself is removed. */
  remove(path: string): Promise<void>
  /** Removes a folder if it is empty. */
  removeEmpty(path: string): Promise<void>
}

export interface PrivateFilesOptions {
  /**
   * Skips the checks of owners and modes, for a mounted volume that has none or cannot change them: whoever may write there
   * may read, change and remove what is kept.
   */
  allowUnsafeFolder: boolean
  /** The home folder that the environment names. */
  home: string | undefined
}

/** The files of this machine. If the runtime has none, each call rejects and says so. */
export function localPrivateFiles({ allowUnsafeFolder, home }: PrivateFilesOptions): PrivateFiles {
  const uid = allowUnsafeFolder ? undefined : ownId()

  async function openFolder(path: string): Promise<string> {
    // workerd's files end with the request that wrote them.
    if (!isProcess()) throw fileFault('ENOSYS', 'this runtime keeps no files')
    const { lstat, readlink, readFile, stat } = fileSystem()
    const whole = absolute(path)
    if (uid !== undefined) {
      const readText = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined)
      const ownerOf = async (folder: string): Promise<number> => (await stat(folder)).uid
      const above = builtin('node:path')?.dirname(whole) ?? whole
      const wrong = await distrust(above, { lstat, readlink, ownerOf, readText, uid, home })
      if (wrong !== undefined) throw fileFault('EPERM', wrong)
    }
    await makeFolders(whole)
    const status = await lstat(path, { bigint: true })
    if (status.isSymbolicLink()) throw fileFault('ELOOP', `${path} is a symbolic link. Name the folder itself`)
    if (!status.isDirectory()) throw fileFault('ENOTDIR', `${path} is not a folder`)
    if (uid !== undefined && Number(status.uid) !== uid) throw fileFault('EPERM', `${path} belongs to another user`)
    const mode = Number(status.mode)
    if (uid !== undefined && (mode & 0o077) !== 0) {
      throw fileFault('EPERM', `${path} is open to other users (mode ${octal(mode)}). chmod 700 ${path}`)
    }
    return `${status.dev}:${status.ino}`
  }

  return {
    openFolder,
    async identityOf(path) {
      const status = await unless(fileSystem().lstat(path, { bigint: true }), ['ENOENT', 'ENOTDIR'], undefined)
      return status?.isDirectory() ? `${status.dev}:${status.ino}` : undefined
    },
    makeFolder: (path) => makeFolders(absolute(path)),
    async read(path, maximumBytes) {
      const { open, constants } = fileSystem()
      // Without O_NONBLOCK a named pipe would block the call for ever. Windows has neither flag.
      const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
      const file = await unless(open(path, flags), ['ENOENT', 'ENOTDIR'], undefined)
      if (file === undefined) return undefined
      try {
        const status = await file.stat()
        if (!status.isFile()) throw fileFault('EINVAL', `${path} is not a plain file`)
        if (status.size > maximumBytes) throw fileFault('EFBIG', `${path} is larger than ${maximumBytes} bytes`)
        if (uid !== undefined) {
          if (status.uid !== uid) throw fileFault('EPERM', `${path} belongs to another user`)
          if ((status.mode & 0o077) !== 0) {
            throw fileFault('EPERM', `${path} is open to other users (mode ${octal(status.mode)}). chmod 600 ${path}`)
          }
          if (status.nlink > 1) throw fileFault('EPERM', `${path} has another name (a hard link)`)
        }
        const { buffer, bytesRead } = await file.read(new Uint8Array(status.size), 0, status.size, 0)
        return buffer.subarray(0, bytesRead)
      } finally {
        await file.close()
      }
    },
    async create(path, bytes) {
      const { open, unlink } = fileSystem()
      const file = await open(path, 'wx', 0o600)
      try {
        try {
          await file.writeFile(bytes)
          await file.sync()
        } finally {
          await file.close()
        }
      } catch (error) {
        await unlink(path).catch(() => undefined)
        throw error
      }
    },
    move: (from, to) => unless(fileSystem().rename(from, to).then(isDone), ['ENOENT'], false),
    moveFolder: (from, to) => {
      // Windows reports an existing folder as EPERM or EACCES.
      return unless(fileSystem().rename(from, to).then(isDone), ['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'], false)
    },
    list: (path) => unless(fileSystem().readdir(path), ['ENOENT', 'ENOTDIR'], undefined),
    has: (path) => unless(fileSystem().lstat(path).then(isDone), ['ENOENT', 'ENOTDIR'], false),
    writtenAt: (path) =>
      unless(
        fileSystem()
          .lstat(path)
          .then(({ mtimeMs }) => mtimeMs),
        ['ENOENT', 'ENOTDIR'],
        undefined,
      ),
    remove: (path) => unless(fileSystem().unlink(path), ['ENOENT', 'ENOTDIR'], undefined),
    removeEmpty: (path) =>
      unless(fileSystem().rmdir(path), ['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM'], undefined),
  }
}

function absolute(path: string): string {
  return builtin('node:path')?.resolve(path) ?? path
}

/** Windows has no such id, and keeps others out by other means: whatever is in a user's profile belongs to that user. */
function ownId(): number | undefined {
  const { geteuid, getuid } = globalThis.process ?? {}
  return (geteuid ?? getuid)?.()
}

function isDone(): true {
  return true
}

async function unless<T, Otherwise>(
  doing: Promise<T>,
  codes: readonly string[],
  otherwise: Otherwise,
): Promise<T | Otherwise> {
  try {
    return await doing
  } catch (error) {
    const { code } = error as { code?: string }
    if (code !== undefined && codes.includes(code)) return otherwise
    throw code === 'ELOOP' ? fileFault(code, `${(error as { path?: string }).path} is a symbolic link`) : error
  }
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0')
}
