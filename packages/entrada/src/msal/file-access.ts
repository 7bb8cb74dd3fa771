import type { MsalCacheAccess } from './access.ts'
import { readMsalDocument } from './document.ts'
import { type LockWorld, whileLocked } from './lock-file.ts'

/**
 * Another program may be in the middle of writing the file in place: then it is read again, after this many
 * milliseconds.
 */
const readTries = 5
const readPause = 50

/**
 * A document in a plain file that other programs read and write too. They coordinate through a file beside it,
 * `<path>.lockfile`, which the writer creates and removes (the convention of MSAL's extensions).
 */
export function fileAccess(path: string, world: LockWorld): MsalCacheAccess {
  const { files, sleep } = world
  let last: Promise<unknown> = Promise.resolve()
  const pause = (milliseconds: number): Promise<void> => sleep(milliseconds, new AbortController().signal)

  async function read(): Promise<string | undefined> {
    for (let attempt = 1; ; attempt++) {
      const text = await readOnce()
      const document = text === undefined ? new Map() : readMsalDocument(text)
      if (document instanceof Map) return text
      if (attempt === readTries) throw new Error(`${path} is not an MSAL cache: ${document.reason}`)
      await pause(readPause)
    }
  }

  async function readOnce(): Promise<string | undefined> {
    const bytes = await files.read(path)
    return bytes && new TextDecoder().decode(bytes)
  }

  async function update(change: (text: string | undefined) => string | undefined): Promise<void> {
    await whileLocked(path, world, async () => {
      const changed = change(await read())
      if (changed !== undefined) await files.replace(path, changed)
    })
  }

  return {
    read,
    /** Runs one update after the other: the lock separates programs, not the calls within one. */
    update(change) {
      const mine = last.then(() => update(change))
      last = mine.catch(() => undefined)
      return mine
    },
  }
}
