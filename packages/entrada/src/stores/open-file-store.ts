import type { Lease, ReportProblem, TokenKey, TokenRecord, TokenStore } from '../cache/token-store.ts'
import type { EncryptionKeys } from './encryption-keys.ts'
import { checkVersion, EnvelopeError, envelopeOf, type FormatVersion } from './envelope.ts'
import { type FileStoreHost, fileStoreHost } from './file-host.ts'
import { fileLease } from './file-lease.ts'
import { type Fate, fileRecords } from './file-records.ts'
import { givenKeys, keysInFile } from './key-file.ts'
import { asListed, isBelievable, longestLife, withCappedLife } from './record-life.ts'
import { partitionName, recordName } from './record-name.ts'
import { storeFolder } from './store-folder.ts'

/** Where the files are, and with which keys they are encrypted. */
export interface FileTokenStoreOptions {
  /** The store's own folder, created for this user only (0700). Nothing else may be in it. */
  folder: string
  /** The keys: the first one encrypts, and any of them decrypts. Without them a key file is used. */
  keys?: EncryptionKeys
  /**
   * The key file, created for this user only (0600) on first use; default `<folder>.key`. Another disk or folder is
   * better.
   */
  keyFile?: string
  /**
   * Accepts the folder whatever its owner and mode, and those of the folders above it: for a mounted volume that has
   * none or cannot change them. Anybody who can write there can then read, change and remove the records. Default
   * false.
   */
  allowUnsafeFolder?: boolean
  /**
   * The format that records are written in; default 1, which every version of this library reads. See docs/stores.md.
   */
  formatVersion?: FormatVersion
  /** @internal The outside world, for tests. */
  host?: Partial<FileStoreHost>
}

/** A file store, encrypted with AES-256-GCM. */
export interface FileTokenStore extends TokenStore {
  readonly reports: true
  /** Records the lease of the key in a file. Another process can take over as soon as the holder has ended. */
  lease(key: TokenKey, milliseconds: number): Promise<Lease | undefined>
  /** Puts a new key first in the key file, for every process. Records sealed with older keys can still be read. */
  rotateKey(): Promise<void>
}

/** About one in this many writes also sweeps a part of the folder. */
const writesPerSweep = 16

/** The store of `fileTokenStore`, in a module that is loaded on first use. */
export function openFileStore(options: FileTokenStoreOptions): FileTokenStore {
  const { keys, keyFile, formatVersion } = options
  const version = checkVersion(formatVersion, 'fileTokenStore')
  const host = fileStoreHost(options.host, options)
  const folder = storeFolder(options.folder, host)
  const place = {
    path: keyFile ?? `${options.folder}.key`,
    isOwn: keyFile === undefined,
    lock: async () => ({ ...(await folder.open()), lock: folder.lockOf('keys') }),
    confirm: () => folder.confirm(),
  }
  const source = keys === undefined ? keysInFile(place, host) : givenKeys(keys)
  const records = fileRecords(folder, host)
  const lease = fileLease(folder, host)

  /** Opens an envelope. An unknown key may have been added to the key file in the meantime. */
  async function unsealed(text: string, name: string, report?: ReportProblem): Promise<TokenRecord> {
    try {
      return envelopeOf(await source.keys(report), version).open(text, name)
    } catch (error) {
      if (!(error instanceof EnvelopeError) || error.fault !== 'unknown key') throw error
      return envelopeOf(await source.keys(report, 'reread'), version).open(text, name)
    }
  }

  function isValid(record: TokenRecord): boolean {
    return record.expiresAt > host.now() && isBelievable(record, host.now())
  }

  /**
   * An envelope that cannot be opened counts as no record, and is reported once. A broken one is set aside, so that
   * somebody can examine it.
   */
  async function openRecord(
    text: string,
    { partition, name }: { partition: string; name: string },
    report?: ReportProblem,
  ): Promise<TokenRecord | undefined> {
    try {
      const record = await unsealed(text, name, report)
      return isValid(record) ? withCappedLife(record, host.now()) : undefined
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error
      report?.(error)
      if (error.fault === 'broken') await records.setAside(partition, name, text)
      return signInAside(name)
    }
  }

  /** A sign-in that another program moved out of the way, because it does not have our key. */
  async function signInAside(name: string): Promise<TokenRecord | undefined> {
    const envelope = envelopeOf(await source.keys(), version)
    for (const keyId of envelope.keyIds) {
      try {
        const text = await records.readAside(name, keyId)
        const record = text === undefined ? undefined : envelope.open(text, name)
        if (record !== undefined && isValid(record)) return withCappedLife(record, host.now())
      } catch {
        // It cannot be opened either, so the record that replaced it stands.
      }
    }
    return undefined
  }

  /**
   * What happens to an existing record when a new one is written. Only a record that could be opened is trusted: the
   * later expiry wins, unless it is impossibly far away. A sign-in that another program may be able to open is kept for
   * it.
   */
  async function fateOf(former: string, record: TokenRecord): Promise<Fate> {
    try {
      const held = await unsealed(former, recordName(record.key))
      const isTrue = isBelievable(held, host.now()) && held.expiresAt <= host.now() + longestLife
      return isTrue && held.expiresAt > record.expiresAt ? 'stays' : 'goes'
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error
      const { keyId } = error
      return keyId === undefined || record.key.kind === 'access' ? 'goes' : { keyId }
    }
  }

  return {
    reports: true,
    async get(key, report) {
      const [partition, name] = [partitionName(key.partition), recordName(key)]
      const text = await records.read(partition, name)
      if (text !== undefined) return openRecord(text, { partition, name }, report)
      return key.kind === 'access' ? undefined : signInAside(name)
    },
    async set(given, report) {
      const record = withCappedLife(given, host.now())
      const text = envelopeOf(await source.keys(report), version).seal(record)
      const [partition, name] = [partitionName(record.key.partition), recordName(record.key)]
      await records.write(partition, name, text, (former) => fateOf(former, record))
      if (host.random() * writesPerSweep >= 1) return
      await records.sweep()
      await source.sweep()
    },
    delete: (key) => records.remove(partitionName(key.partition), recordName(key)),
    async list(partition) {
      const found: TokenRecord[] = []
      const hashed = partitionName(partition)
      for (const name of await records.namesIn(hashed)) {
        const record = await readOne(hashed, name)
        if (record !== undefined) found.push(asListed(record))
      }
      return found
    },
    lease: (key, milliseconds) => lease(recordName(key), milliseconds),
    rotateKey: () => source.rotate(),
  }

  /** In a list, records that cannot be read are left out, so that signing out continues with the others. */
  async function readOne(partition: string, name: string): Promise<TokenRecord | undefined> {
    try {
      const text = await records.read(partition, name)
      return text === undefined ? undefined : await openRecord(text, { partition, name })
    } catch {
      return undefined
    }
  }
}
