import { fileFault, fileSystem } from './file-system.ts'

/** Files that other programs read and write too. None of these calls follows a symbolic link in the path's last part. */
export interface SharedFiles {
  /** The whole file, or `undefined` if there is none. Rejects for what is no plain file, and for more than 16 MiB. */
  read(path: string): Promise<Uint8Array | undefined>
  /** Puts a text in the file's place at once or not at all, for its owner alone (0600). */
  replace(path: string, text: string): Promise<void>
  /** Makes a file that was not there, for its owner alone. False if one is there. */
  create(path: string, text: string): Promise<boolean>
  /** What changes when the file does, or `undefined` if there is none. */
  stamp(path: string): Promise<string | undefined>
  /** Removes the file, if it is there. */
  remove(path: string): Promise<void>
}

const maximumBytes = 16 * 1024 * 1024

/** The files of this machine. Where the runtime has none, each call rejects and says so. */
export const localSharedFiles: SharedFiles = {
  async read(path) {
    const { open, constants } = fileSystem()
    // Without O_NONBLOCK a named pipe would hold the call for ever. Windows knows neither flag.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
    const file = await orUndefined(open(path, flags))
    if (file === undefined) return undefined
    try {
      const status = await file.stat()
      if (!status.isFile()) throw fileFault('EINVAL', 'not a plain file')
      if (status.size > maximumBytes) throw fileFault('EFBIG', `larger than ${maximumBytes} bytes`)
      return await file.readFile()
    } finally {
      await file.close()
    }
  },
  async replace(path, text) {
    const { open, rename, rm, lstat } = fileSystem()
    const former = await orUndefined(lstat(path))
    if (former !== undefined && !former.isFile()) throw fileFault('EINVAL', 'not a plain file')
    const temporary = `${path}.${crypto.randomUUID()}.tmp`
    const file = await open(temporary, 'wx', 0o600)
    try {
      try {
        // A file that root rewrites stays its owner's.
        if (former !== undefined && globalThis.process?.getuid?.() === 0) await file.chown(former.uid, former.gid)
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
      // Windows says EPERM of a file that is just being removed.
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
    throw codeOf(error) === 'ELOOP' ? fileFault('ELOOP', 'a symbolic link, which is not followed') : error
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code
}
