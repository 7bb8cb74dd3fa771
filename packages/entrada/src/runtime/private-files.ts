import { fileFault, fileSystem } from './file-system.ts'

/**
 * Files in a folder that is one user's alone, shared by that user's processes. No call follows a symbolic link in the
 * path's last part, and what another user could have put there is refused.
 */
export interface PrivateFiles {
  /** Makes a folder for its owner alone (0700), or sees that it is one. Rejects with the reason where it is not. */
  openFolder(path: string): Promise<void>
  /** Makes a folder, and those above it, within one that was opened. */
  makeFolder(path: string): Promise<void>
  /** The whole file, or `undefined` if there is none. Rejects for what is no plain private file of at most that size. */
  read(path: string, maximumBytes: number): Promise<Uint8Array | undefined>
  /** Writes a file that was not there, for its owner alone (0600), and to the disk. */
  create(path: string, bytes: Uint8Array | string): Promise<void>
  /** Moves a file or a folder in one step, over a file that is there. False if there is nothing to move. */
  move(from: string, to: string): Promise<boolean>
  /** Moves a folder in one step to where none is. False if one is there that is not empty. */
  moveFolder(from: string, to: string): Promise<boolean>
  /** The names in a folder, or `undefined` if there is none. */
  list(path: string): Promise<string[] | undefined>
  has(path: string): Promise<boolean>
  /** When the file was written, in milliseconds since the epoch; `undefined` if there is none. */
  writtenAt(path: string): Promise<number | undefined>
  /** Removes a file, or a folder with what is in it, if it is there. */
  remove(path: string): Promise<void>
  /** Removes a folder if nothing is in it. */
  removeEmpty(path: string): Promise<void>
}

/** The files of this machine. Where the runtime has none, each call rejects and says so. */
export const localPrivateFiles: PrivateFiles = {
  async openFolder(path) {
    const { mkdir, lstat } = fileSystem()
    await mkdir(path, { recursive: true, mode: 0o700 })
    const status = await lstat(path)
    if (status.isSymbolicLink()) throw fileFault('ELOOP', `${path} is a symbolic link. Name the folder itself`)
    if (!status.isDirectory()) throw fileFault('ENOTDIR', `${path} is no folder`)
    if (!hasOwners()) return
    if (status.uid !== globalThis.process.getuid?.()) throw fileFault('EPERM', `${path} belongs to another user`)
    if ((status.mode & 0o077) !== 0) {
      throw fileFault('EPERM', `${path} is open to other users (mode ${octal(status.mode)}). chmod 700 it`)
    }
    await checkAncestors(path)
  },
  async makeFolder(path) {
    await fileSystem().mkdir(path, { recursive: true, mode: 0o700 })
  },
  async read(path, maximumBytes) {
    const { open, constants } = fileSystem()
    // Without O_NONBLOCK a named pipe would hold the call for ever. Windows knows neither flag.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
    const file = await unless(open(path, flags), ['ENOENT', 'ENOTDIR'], undefined)
    if (file === undefined) return undefined
    try {
      const status = await file.stat()
      if (!status.isFile()) throw fileFault('EINVAL', `${path} is no plain file`)
      if (status.size > maximumBytes) throw fileFault('EFBIG', `${path} is larger than ${maximumBytes} bytes`)
      if (hasOwners()) {
        if (status.uid !== globalThis.process.getuid?.()) throw fileFault('EPERM', `${path} belongs to another user`)
        if ((status.mode & 0o077) !== 0) {
          throw fileFault('EPERM', `${path} is open to other users (mode ${octal(status.mode)}). chmod 600 it`)
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
    const file = await fileSystem().open(path, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
  },
  move: (from, to) => unless(fileSystem().rename(from, to).then(isDone), ['ENOENT'], false),
  moveFolder: (from, to) => {
    // Windows says EPERM or EACCES of a folder that is there.
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
  remove: (path) => fileSystem().rm(path, { force: true, recursive: true }),
  removeEmpty: (path) => unless(fileSystem().rmdir(path), ['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EPERM'], undefined),
}

/** Whoever may rename a folder above this one may put another in its place. */
async function checkAncestors(path: string): Promise<void> {
  const { realpath, stat } = fileSystem()
  let folder = await realpath(`${path}/..`)
  for (;;) {
    const { mode } = await stat(folder)
    if ((mode & 0o002) !== 0 && (mode & 0o1000) === 0) {
      throw fileFault('EPERM', `${folder}, above it, can be written by every user (mode ${octal(mode)})`)
    }
    const above = await realpath(`${folder}/..`)
    if (above === folder) return
    folder = above
  }
}

/** Windows keeps strangers out by other means: what is under a user's profile is that user's. */
function hasOwners(): boolean {
  return globalThis.process?.getuid !== undefined
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
