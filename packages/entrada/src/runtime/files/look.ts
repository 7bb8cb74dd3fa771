import { builtin } from '../builtin.ts'

/** What can be seen of a file from outside. */
export interface FileLook {
  /** A string that changes when the file does: its time, size and identity. */
  stamp: string
  isFile: boolean
  /** Permission bits, as POSIX has them. */
  mode: number
  /** The owner's id. */
  uid: number
  /** The group's id. */
  gid: number
}

/** Looks at a file synchronously; `undefined` if there is none to be seen. `'link'` looks at a link itself. */
export type LookAtFile = (path: string, at?: 'link') => FileLook | undefined

/** The files of this machine. */
export const lookHere: LookAtFile = (path, at) => {
  const files = builtin('node:fs')
  try {
    const status = (at === 'link' ? files?.lstatSync : files?.statSync)?.(path, { throwIfNoEntry: false })
    if (status === undefined) return undefined
    const { mtimeMs, size, ino, mode, uid, gid } = status
    return { stamp: `${mtimeMs} ${size} ${ino}`, isFile: status.isFile(), mode, uid, gid }
  } catch {
    return undefined
  }
}
