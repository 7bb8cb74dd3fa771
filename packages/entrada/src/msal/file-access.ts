import type { SharedFiles } from '../runtime/shared-files.ts'
import type { MsalCacheAccess } from './access.ts'
import { readMsalDocument } from './document.ts'

/** What the access to a file needs of the world. */
export interface FileWorld {
  files: SharedFiles
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** As MSAL's extensions have it: so many tries, so many milliseconds apart. */
const lockTries = 100
const lockPause = 50
/** A program that writes in place is caught half-way; then the file is read again, so many milliseconds later. */
const readTries = 5
const readPause = 50

/**
 * A document in a plain file that other programs read and write too. They agree by a file beside it, `<path>.lockfile`,
 * that whoever writes creates and removes (the convention of MSAL's extensions).
 */
export function fileAccess(path: string, { files, sleep }: FileWorld): MsalCacheAccess {
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
    await lock()
    try {
      const changed = change(await read())
      if (changed !== undefined) await files.replace(path, changed)
    } finally {
      await files.remove(`${path}.lockfile`)
    }
  }

  async function lock(): Promise<void> {
    const lockFile = `${path}.lockfile`
    const holder = String(globalThis.process?.pid ?? '')
    const first = await files.stamp(lockFile)
    for (let attempt = 1; attempt <= lockTries; attempt++) {
      if (await files.create(lockFile, holder)) return
      await pause(lockPause)
    }
    // A write takes milliseconds: one lock that stands all this time was left behind by a program that died.
    if (first !== undefined && (await files.stamp(lockFile)) === first) {
      await files.remove(lockFile)
      if (await files.create(lockFile, holder)) return
    }
    throw new Error(`${lockFile} is held by another program`)
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
