import { fileSystem } from './file-system.ts'
import { readGuarded } from './guarded-read.ts'

/** What credentials need of the file system. */
export interface Files {
  /**
   * A string that changes when the file does: its time, size and identity. It begins with the time of the last write, in milliseconds since
   * the epoch. Rejects if there is no such file.
   */
  stamp(path: string): Promise<string>
  /**
   * The whole file; links are followed. Rejects if it is larger than 1 MiB, which no certificate and no token is. A named
   * pipe (a shell's `<(...)`) and `/dev/stdin` have 2 s to deliver; folders and devices are refused.
   */
  read(path: string): Promise<Uint8Array>
  /**
   * A small file whose name comes from outside: opened once, without following a link or waiting for the other end of a
   * pipe, and read no further than `maximumBytes`. Rejects for anything but a regular file of at most that size.
   */
  readGuarded(path: string, maximumBytes: number): Promise<Uint8Array>
}

const maximumBytes = 1024 * 1024

/** The files of this machine. If the runtime has none, each call rejects and says so. */
export const localFiles: Files = {
  async stamp(path) {
    const { mtimeMs, size, ino } = await fileSystem().stat(path)
    return `${mtimeMs} ${size} ${ino}`
  },
  read: (path) => readGuarded(path, { maximumBytes, links: 'followed', pipeMs: 2_000 }),
  readGuarded: (path, maximum) => readGuarded(path, { maximumBytes: maximum, links: 'refused' }),
}
