import type { TokenRecord } from '../cache/token-store.ts'
import { EnvelopeError, envelopeOf } from './envelope.ts'
import { fileStoreHost } from './file-host.ts'
import { fileLease } from './file-lease.ts'
import { fileRecords, type RecordFiles } from './file-records.ts'
import type { FileTokenStore, FileTokenStoreOptions } from './file-store.ts'
import { givenKeys, keysInFile } from './key-file.ts'
import { partitionName, recordName } from './record-name.ts'
import { storeFolder } from './store-folder.ts'

/** Of so many writes about one also sweeps a part of the folder. */
const writesPerSweep = 16

/** The store of `fileTokenStore`, in a file that is loaded with its first use. */
export function openFileStore(options: FileTokenStoreOptions): FileTokenStore {
  const host = fileStoreHost(options.host)
  const folder = storeFolder(options.folder, host)
  const source =
    options.keys === undefined
      ? keysInFile(options.keyFile ?? `${options.folder}.key`, host, async () => {
          return { ...(await folder.open()), lock: folder.lockOf('keys') }
        })
      : givenKeys(options.keys)
  const records = fileRecords(folder, host)
  const lease = fileLease(folder, host)

  /** Opens an envelope. A key that is not known may have come into the key file meanwhile. */
  async function unsealed(text: string, name: string): Promise<TokenRecord> {
    try {
      return envelopeOf(await source.keys()).open(text, name)
    } catch (error) {
      if (!(error instanceof EnvelopeError) || error.fault !== 'unknown key') throw error
      return envelopeOf(await source.keys('anew')).open(text, name)
    }
  }

  /** What is broken is set aside, so that a new record takes its place, and somebody can look at it. */
  async function openRecord(text: string, partition: string, name: string): Promise<TokenRecord | undefined> {
    try {
      const record = await unsealed(text, name)
      return record.expiresAt > host.now() ? record : undefined
    } catch (error) {
      if (error instanceof EnvelopeError && error.fault === 'broken') await records.setAside(partition, name, text)
      throw error
    }
  }

  return {
    async get(key) {
      const [partition, name] = [partitionName(key.partition), recordName(key)]
      const text = await records.read(partition, name)
      return text === undefined ? undefined : openRecord(text, partition, name)
    },
    async set(record) {
      const { key } = record
      const text = envelopeOf(await source.keys()).seal(record)
      await records.write(partitionName(key.partition), recordName(key), text)
      if (host.random() * writesPerSweep < 1) await records.sweep()
    },
    delete: (key) => records.remove(partitionName(key.partition), recordName(key)),
    async list(partition) {
      const found: TokenRecord[] = []
      const hashed = partitionName(partition)
      for (const name of await records.namesIn(hashed)) {
        const record = await readOne(records, hashed, name)
        if (record !== undefined) found.push(record)
      }
      return found
    },
    lease: (key, milliseconds) => lease(recordName(key), milliseconds),
    rotateKey: () => source.rotate(),
  }

  /** In a list, what can't be read is left out: signing out goes on with the others. */
  async function readOne(files: RecordFiles, partition: string, name: string): Promise<TokenRecord | undefined> {
    try {
      const text = await files.read(partition, name)
      return text === undefined ? undefined : await openRecord(text, partition, name)
    } catch {
      return undefined
    }
  }
}
