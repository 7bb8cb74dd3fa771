import { builtin } from './builtin.ts'

/** The file system, as far as credentials read it. */
export interface Files {
  /** What changes when the file does: its time, size and identity. Rejects if there is no such file. */
  stamp(path: string): Promise<string>
  /** The whole file. Rejects if it is larger than 1 MiB: no certificate and no token is. */
  read(path: string): Promise<Uint8Array>
}

const maximumBytes = 1024 * 1024

/** The files of this machine. Where the runtime has none, each call rejects and says so. */
export const localFiles: Files = {
  async stamp(path) {
    const { mtimeMs, size, ino } = await fileSystem().stat(path)
    return `${mtimeMs} ${size} ${ino}`
  },
  async read(path) {
    const file = await fileSystem().open(path, 'r')
    try {
      const { size } = await file.stat()
      if (size > maximumBytes) throw Object.assign(new Error(`larger than ${maximumBytes} bytes`), { code: 'EFBIG' })
      return await file.readFile()
    } finally {
      await file.close()
    }
  },
}

function fileSystem(): typeof import('node:fs/promises') {
  const files = builtin('node:fs/promises')
  if (files !== undefined) return files
  throw Object.assign(new Error('this runtime has no file system'), { code: 'ENOSYS' })
}
