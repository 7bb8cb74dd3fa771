import { expiryOf } from './envelope.ts'
import type { FileStoreHost } from './file-host.ts'
import { longestLife } from './record-life.ts'
import type { StoreFolder } from './store-folder.ts'

/** Envelopes in files, by the names of partition and record. */
export interface RecordFiles {
  read(partition: string, name: string): Promise<string | undefined>
  /** The sign-in of that record that was set aside, if it was sealed with that key. */
  readAside(name: string, keyId: string): Promise<string | undefined>
  /** Writes an envelope; `fateOf` decides what happens to an existing one. */
  write(partition: string, name: string, text: string, fateOf: (former: string) => Promise<Fate>): Promise<void>
  remove(partition: string, name: string): Promise<void>
  /** Moves a broken envelope out of the way, if it has not been replaced since. */
  setAside(partition: string, name: string, broken: string): Promise<void>
  namesIn(partition: string): Promise<string[]>
  /** Removes expired records in one of 256 parts, and files that were left unfinished. */
  sweep(): Promise<void>
}

/**
 * What happens to a record that another one would replace: it stays, it is dropped, or it is kept under the id of its
 * key.
 */
export type Fate = 'stays' | 'goes' | { keyId: string }

/** An envelope is half as large again as its token; no token comes near this limit. */
const maximumBytes = 1024 * 1024
/** After an hour, in milliseconds, an unfinished file will not be finished any more. */
const longestUnfinished = 3600_000
/** How often a write is tried again after another process took its lock. */
const attempts = 3
/** How often a move is tried: the sweep may remove a partition's folder just before a file is moved there. */
const moves = 5

const recordForm = /^[0-9a-f]{64}$/
const unfinishedForm = /^[0-9a-f-]{36}$/

export function fileRecords(folder: StoreFolder, host: FileStoreHost): RecordFiles {
  const { files } = folder
  const folderOf = (partition: string): string => `${folder.path}/records/${partition.slice(0, 2)}/${partition}`
  const pathOf = (partition: string, name: string): string => `${folderOf(partition)}/${name}`
  const asideOf = (name: string, keyId?: string): string =>
    `${folder.path}/set-aside/${name}${keyId === undefined ? '' : `.${keyId}`}`

  async function readText(path: string): Promise<string | undefined> {
    const bytes = await files.read(path, maximumBytes)
    return bytes && new TextDecoder().decode(bytes)
  }

  async function moveInto(partition: string, name: string, written: string): Promise<void> {
    for (let move = 1; ; move++) {
      await files.makeFolder(folderOf(partition))
      if (await files.move(written, pathOf(partition, name))) return
      if (move === moves) throw new Error(`${pathOf(partition, name)} cannot be written`)
    }
  }

  /** False if another process took the lock in the meantime: on a busy machine a process may be paused for seconds. */
  function place(
    partition: string,
    name: string,
    { written, fateOf }: { written: string; fateOf: (former: string) => Promise<Fate> },
  ): Promise<boolean> {
    return folder.locked(name, async (isMine) => {
      const path = pathOf(partition, name)
      const former = await readText(path).catch(() => null)
      const fate = former === undefined || former === null ? 'goes' : await fateOf(former)
      if (!(await isMine())) return false
      if (fate === 'stays') {
        await files.remove(written)
        return true
      }
      if (typeof fate === 'object') await files.move(path, asideOf(name, fate.keyId))
      // Something that is there but is not one of our files is not overwritten.
      if (former === null) await files.move(path, asideOf(name))
      await moveInto(partition, name, written)
      return true
    })
  }

  async function write(
    partition: string,
    name: string,
    text: string,
    fateOf: (former: string) => Promise<Fate>,
  ): Promise<void> {
    const { temporary } = await folder.open()
    const written = `${temporary}/${crypto.randomUUID()}`
    try {
      // The file is written before the lock is taken, so that the lock is held only for a check and a rename.
      await files.create(written, text)
      for (let attempt = 1; !(await place(partition, name, { written, fateOf })); attempt++) {
        if (attempt === attempts) throw new Error(`the lock of ${name} was lost ${attempts} times`)
      }
    } catch (error) {
      folder.reopen()
      await files.remove(written).catch(() => undefined)
      throw error
    }
  }

  /** A record expires when it says so, but one that claims to last longer than any can expires after 100 days. */
  async function isExpired(path: string): Promise<boolean> {
    const expiry = expiryOf((await readText(path).catch(() => undefined)) ?? '') ?? Number.POSITIVE_INFINITY
    if (expiry <= host.now()) return true
    return expiry > host.now() + longestLife && isOlder(await files.writtenAt(path), longestLife)
  }

  function isOlder(writtenAt: number | undefined, milliseconds: number): boolean {
    return writtenAt !== undefined && writtenAt < host.now() - milliseconds
  }

  async function dropExpired(partition: string, name: string): Promise<void> {
    const path = pathOf(partition, name)
    if (!(await isExpired(path))) return
    await folder.locked(name, async (isMine) => {
      if ((await isExpired(path)) && (await isMine())) await files.remove(path)
    })
  }

  /** Sweeps only files with our own names: anything else may belong to somebody. */
  async function sweepFolder(inner: string, form: RegExp, longest: number): Promise<void> {
    const path = `${folder.path}/${inner}`
    for (const name of (await files.list(path)) ?? []) {
      if (!form.test(name) || !isOlder(await files.writtenAt(`${path}/${name}`), longest)) continue
      await files.remove(`${path}/${name}`)
    }
  }

  /** Removes locks that were never moved into place. */
  async function sweepLocks(): Promise<void> {
    const path = `${folder.path}/temporary`
    for (const name of (await files.list(path)) ?? []) {
      if (!/^[0-9a-f-]{36}\.lock$/.test(name)) continue
      if (!isOlder(await files.writtenAt(`${path}/${name}`), longestUnfinished)) continue
      await files.remove(`${path}/${name}/free`)
      await files.removeEmpty(`${path}/${name}`)
    }
  }

  return {
    async read(partition, name) {
      await folder.open()
      return readText(pathOf(partition, name))
    },
    readAside: (name, keyId) => readText(asideOf(name, keyId)),
    write,
    remove: (partition, name) =>
      folder.locked(name, async () => {
        await files.remove(pathOf(partition, name))
        for (const aside of (await files.list(`${folder.path}/set-aside`)) ?? []) {
          if (aside.startsWith(name)) await files.remove(`${folder.path}/set-aside/${aside}`)
        }
      }),
    setAside: (partition, name, broken) =>
      folder.locked(name, async (isMine) => {
        const path = pathOf(partition, name)
        if ((await readText(path)) === broken && (await isMine())) await files.move(path, asideOf(name))
      }),
    namesIn: async (partition) => {
      await folder.open()
      return ((await files.list(folderOf(partition))) ?? []).filter((name) => recordForm.test(name))
    },
    async sweep() {
      const part = Math.floor(host.random() * 256)
        .toString(16)
        .padStart(2, '0')
      for (const partition of (await files.list(`${folder.path}/records/${part}`)) ?? []) {
        if (!/^[0-9a-f]{40}$/.test(partition)) continue
        const names = (await files.list(folderOf(partition))) ?? []
        for (const name of names) if (recordForm.test(name)) await dropExpired(partition, name)
        await files.removeEmpty(folderOf(partition))
      }
      await sweepFolder('temporary', unfinishedForm, longestUnfinished)
      await sweepLocks()
      await sweepFolder('leases', recordForm, longestUnfinished)
      await sweepFolder('set-aside', /^[0-9a-f]{64}(?:\.[0-9a-f]{1,32})?$/, longestLife)
    },
  }
}
