import { builtin } from './builtin.ts'

/** What a file is. */
export interface FileLook {
  /** What changes when the file does: its time, size and identity. */
  stamp: string
  isFile: boolean
  /** Permission bits, as POSIX has them. */
  mode: number
  /** The owner's id. */
  uid: number
}

/** Looks at a file without waiting; `undefined` where there is none to be seen. `'link'` looks at a link itself. */
export type LookAtFile = (path: string, at?: 'link') => FileLook | undefined

/** The files of this machine. */
export const lookHere: LookAtFile = (path, at) => {
  const files = builtin('node:fs')
  try {
    const status = (at === 'link' ? files?.lstatSync : files?.statSync)?.(path, { throwIfNoEntry: false })
    if (status === undefined) return undefined
    const { mtimeMs, size, ino, mode, uid } = status
    return { stamp: `${mtimeMs} ${size} ${ino}`, isFile: status.isFile(), mode, uid }
  } catch {
    return undefined
  }
}
