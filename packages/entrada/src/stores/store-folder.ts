import type { FileStoreHost } from './file-host.ts'
import { type Locked, type LockPlace, withLock } from './file-lock.ts'

/**
 * The folder of a store in files:
 *
 *     records/<2 letters>/<partition>/<record>    one envelope each
 *     locks/<letter>/                             a lock for the records whose names begin with the letter
 *     leases/<record>                             who asks for a token
 *     temporary/                                  what is not finished
 *     set-aside/<record>                          what was broken
 */
export interface StoreFolder {
  path: string
  /** Makes or checks the folder, once; again after a failure. */
  open(): Promise<LockPlace>
  /** Forgets that the folder was opened: something in it was gone. */
  reopen(): void
  lockOf(name: string): string
  /** Does the work while no other call and no other process has the lock of this record. */
  locked<T>(name: string, work: Locked<T>): Promise<T>
}

export function storeFolder(path: string, host: FileStoreHost): StoreFolder {
  const { files } = host
  const temporary = `${path}/temporary`
  let opening: Promise<LockPlace> | undefined
  /** Within a process, those who want a lock stand in line and do not try. */
  const lines = new Map<string, Promise<unknown>>()

  async function make(): Promise<LockPlace> {
    await files.openFolder(path)
    for (const inner of ['records', 'locks', 'leases', 'temporary', 'set-aside']) {
      await files.openFolder(`${path}/${inner}`)
    }
    const { pause, random } = host
    return { temporary, world: { files, me: await host.process(), pause, random } }
  }

  function open(): Promise<LockPlace> {
    const mine = opening ?? make()
    opening = mine
    mine.catch(() => {
      if (opening === mine) opening = undefined
    })
    return mine
  }

  const lockOf = (name: string): string => `${path}/locks/${name}`

  return {
    path,
    open,
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
