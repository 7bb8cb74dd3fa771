import { fileFault, fileSystem } from './file-system.ts'

/** The file system, as far as credentials read it. */
export interface Files {
  /** What changes when the file does: its time, size and identity. Rejects if there is no such file. */
  stamp(path: string): Promise<string>
  /** The whole file. Rejects if it is larger than 1 MiB: no certificate and no token is. */
  read(path: string): Promise<Uint8Array>
  /**
   * A small file that a stranger named: opened once, with no link followed and no wait for a pipe's other end, and read
   * no further than `maximumBytes`. Rejects for anything but a regular file of that size at most.
   */
  readGuarded(path: string, maximumBytes: number): Promise<Uint8Array>
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
      if (size > maximumBytes) throw fileFault('EFBIG', `larger than ${maximumBytes} bytes`)
      return await file.readFile()
    } finally {
      await file.close()
    }
  },
  async readGuarded(path, maximum) {
    const { open, constants } = fileSystem()
    // Windows knows neither of the last two; there, links need an administrator.
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      if (!(await file.stat()).isFile()) throw fileFault('EINVAL', 'not a regular file')
      const { buffer, bytesRead } = await file.read(new Uint8Array(maximum + 1))
      if (bytesRead > maximum) throw fileFault('EFBIG', `larger than ${maximum} bytes`)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  },
}
