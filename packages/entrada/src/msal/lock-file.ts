import type { SharedFiles } from '../runtime/files/shared-files.ts'

/** What waiting for a lock needs of the world. */
export interface LockWorld {
  /** The file system. */
  files: SharedFiles
  /** Waits for this many milliseconds, or until it is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** The values of MSAL's extensions: the number of tries, and the milliseconds between them. */
const lockTries = 100
const lockPause = 50

/**
 * Runs a task while no other program runs one on the same document: the writer creates `<path>.lockfile` and removes it
 * (the convention of MSAL's extensions). The lock separates programs, not the calls within one.
 */
export async function whileLocked<T>(path: string, world: LockWorld, task: () => Promise<T>): Promise<T> {
  const lockFile = `${path}.lockfile`
  await lock(lockFile, world)
  try {
    return await task()
  } finally {
    await world.files.remove(lockFile)
  }
}

async function lock(lockFile: string, { files, sleep }: LockWorld): Promise<void> {
  const holder = String(globalThis.process?.pid ?? '')
  const first = await files.stamp(lockFile)
  for (let attempt = 1; attempt <= lockTries; attempt++) {
    if (await files.create(lockFile, holder)) return
    await sleep(lockPause, new AbortController().signal)
  }
  // A write takes milliseconds: a lock that has stayed the same all this time was left behind by a program that died.
  if (first !== undefined && (await files.stamp(lockFile)) === first) {
    await files.remove(lockFile)
    if (await files.create(lockFile, holder)) return
  }
  throw new Error(`${lockFile} is held by another program`)
}
