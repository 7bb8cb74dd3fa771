import type { SharedFiles } from '../runtime/shared-files.ts'

/** What waiting for a lock needs of the world. */
export interface LockWorld {
  files: SharedFiles
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** As MSAL's extensions have it: so many tries, so many milliseconds apart. */
const lockTries = 100
const lockPause = 50

/**
 * Does a task while no other program does one on the same document: who writes makes `<path>.lockfile` and removes it
 * (the convention of MSAL's extensions). It tells programs apart, not the calls of this one.
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
  // A write takes milliseconds: one lock that stands all this time was left behind by a program that died.
  if (first !== undefined && (await files.stamp(lockFile)) === first) {
    await files.remove(lockFile)
    if (await files.create(lockFile, holder)) return
  }
  throw new Error(`${lockFile} is held by another program`)
}
