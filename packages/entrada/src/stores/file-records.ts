import { expiryOf } from './envelope.ts'
import type { FileStoreHost } from './file-host.ts'
import type { StoreFolder } from './store-folder.ts'

/** Envelopes in files, by the names of their partition and record. */
export interface RecordFiles {
  read(partition: string, name: string): Promise<string | undefined>
  /** Writes an envelope, unless the one that is there expires later. */
  write(partition: string, name: string, text: string): Promise<void>
  remove(partition: string, name: string): Promise<void>
  /** Moves a broken envelope out of the way, if it is still the one that is there. */
  setAside(partition: string, name: string, broken: string): Promise<void>
  namesIn(partition: string): Promise<string[]>
  /** Removes what has expired in one of 256 parts, and what was left unfinished. */
  sweep(): Promise<void>
}

/** An envelope is larger than its token by half; no token is near this. */
const maximumBytes = 1024 * 1024
/** What is not finished after an hour, in milliseconds, will not be. */
const longestUnfinished = 3600_000
/** How often a write is tried whose lock another process took. */
const attempts = 3
/** The folder of a partition may be swept away just before a file is moved there. */
const moves = 5

export function fileRecords(folder: StoreFolder, host: FileStoreHost): RecordFiles {
  const { files } = host
  const folderOf = (partition: string): string => `${folder.path}/records/${partition.slice(0, 2)}/${partition}`
  const pathOf = (partition: string, name: string): string => `${folderOf(partition)}/${name}`

  async function readText(path: string): Promise<string | undefined> {
    const bytes = await files.read(path, maximumBytes)
    return bytes && new TextDecoder().decode(bytes)
  }

  async function moveInto(partition: string, name: string, written: string): Promise<void> {
    for (let move = 1; ; move++) {
      await files.makeFolder(folderOf(partition))
      if (await files.move(written, pathOf(partition, name))) return
      if (move === moves) throw new Error(`${pathOf(partition, name)} can't be written`)
    }
  }

  /** False if another process took the lock meanwhile: on a busy machine one may stand still for seconds. */
  function place(
    partition: string,
    name: string,
    { text, written }: Record<'text' | 'written', string>,
  ): Promise<boolean> {
    return folder.locked(name, async (isMine) => {
      const former = await readText(pathOf(partition, name)).catch(() => undefined)
      const isOutdone = (expiryOf(former ?? '') ?? 0) > (expiryOf(text) ?? 0)
      if (!(await isMine())) return false
      if (isOutdone) await files.remove(written)
      else await moveInto(partition, name, written)
      return true
    })
  }

  async function write(partition: string, name: string, text: string): Promise<void> {
    const { temporary } = await folder.open()
    const written = `${temporary}/${crypto.randomUUID()}`
    try {
      // Written before the lock is taken, which is then held for a look and a rename.
      await files.create(written, text)
      for (let attempt = 1; !(await place(partition, name, { text, written })); attempt++) {
        if (attempt === attempts) throw new Error(`the lock of ${name} was lost ${attempts} times`)
      }
    } catch (error) {
      folder.reopen()
      await files.remove(written).catch(() => undefined)
      throw error
    }
  }

  async function dropExpired(partition: string, name: string): Promise<void> {
    const path = pathOf(partition, name)
    const isExpired = async (): Promise<boolean> =>
      (expiryOf((await readText(path).catch(() => undefined)) ?? '') ?? Number.POSITIVE_INFINITY) <= host.now()
    if (!(await isExpired())) return
    await folder.locked(name, async (isMine) => {
      if ((await isExpired()) && (await isMine())) await files.remove(path)
    })
  }

  async function sweepFolder(path: string): Promise<void> {
    for (const name of (await files.list(path)) ?? []) {
      const writtenAt = (await files.writtenAt(`${path}/${name}`)) ?? Number.POSITIVE_INFINITY
      if (writtenAt < host.now() - longestUnfinished) await files.remove(`${path}/${name}`)
    }
  }

  return {
    async read(partition, name) {
      await folder.open()
      return readText(pathOf(partition, name))
    },
    write,
    remove: (partition, name) => folder.locked(name, () => files.remove(pathOf(partition, name))),
    setAside: (partition, name, broken) =>
      folder.locked(name, async (isMine) => {
        const path = pathOf(partition, name)
        if ((await readText(path)) !== broken || !(await isMine())) return
        await files.move(path, `${folder.path}/set-aside/${name}`)
      }),
    namesIn: async (partition) => {
      await folder.open()
      return ((await files.list(folderOf(partition))) ?? []).filter((name) => /^[0-9a-f]{64}$/.test(name))
    },
    async sweep() {
      const part = Math.floor(host.random() * 256)
        .toString(16)
        .padStart(2, '0')
      for (const partition of (await files.list(`${folder.path}/records/${part}`)) ?? []) {
        for (const name of (await files.list(folderOf(partition))) ?? []) await dropExpired(partition, name)
        await files.removeEmpty(folderOf(partition))
      }
      await sweepFolder(`${folder.path}/temporary`)
      await sweepFolder(`${folder.path}/leases`)
    },
  }
}
