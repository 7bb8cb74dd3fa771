import type { MsalCacheAccess } from './access.ts'
import { readMsalDocument } from './document.ts'
import { type LockWorld, whileLocked } from './lock-file.ts'

/** A program that writes in place is caught half-way; then the file is read again, so many milliseconds later. */
const readTries = 5
const readPause = 50

/**
 * A document in a plain file that other programs read and write too. They agree by a file beside it, `<path>.lockfile`,
 * that whoever writes creates and removes (the convention of MSAL's extensions).
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
      if (attempt === readTries) throw new Error(`${path} is no cache of MSAL: ${document.reason}`)
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
    /** One after the other: the lock tells programs apart, not the calls of this one. */
    update(change) {
      const mine = last.then(() => update(change))
      last = mine.catch(() => undefined)
      return mine
    },
  }
}
