import type { Lease, TokenKey, TokenRecord, TokenStore } from '../cache/token-store.ts'
import type { EncryptionKeys } from './encryption-keys.ts'
import type { FileStoreHost } from './file-host.ts'

export interface FileTokenStoreOptions {
  /** The store's own folder, made for this user alone (0700). Nothing else may be in it. */
  folder: string
  /** The keys: the first one seals, each one opens. Without them there is a key file. */
  keys?: EncryptionKeys
  /** The key file, made for this user alone (0600) with the first use; default `<folder>.key`. Elsewhere is better. */
  keyFile?: string
  /** @internal The outside world, for tests. */
  host?: Partial<FileStoreHost>
}

/** A store in files, encrypted with AES-256-GCM. */
export interface FileTokenStore extends TokenStore {
  /** Holds the key in a file. Another process takes over as soon as the holder is gone. */
  lease(key: TokenKey, milliseconds: number): Promise<Lease | undefined>
  /** Puts a new key first in the key file, for every process. What older keys sealed can be read as before. */
  rotateKey(): Promise<void>
}

/**
 * A store in a folder of this machine, for processes of one user: one encrypted file a record, written in one step
 * under a lock. No native module is needed. docs/stores.md says what it protects against.
 *
 * Opens nothing yet; what is wrong with the folder or the key file, each call rejects with. Throws a `TypeError` for a
 * missing folder.
 */
export function fileTokenStore(options: FileTokenStoreOptions): FileTokenStore {
  const { folder } = options
  if (typeof folder !== 'string' || folder === '') {
    throw new TypeError('fileTokenStore: folder is missing. Pass the path of a folder for the store alone.')
  }
  let opening: Promise<FileTokenStore> | undefined
  const opened = (): Promise<FileTokenStore> => {
    opening ??= import('./open-file-store.ts').then(({ openFileStore }) => openFileStore(options))
    return opening
  }
  return {
    get: async (key: TokenKey) => (await opened()).get(key),
    set: async (record: TokenRecord) => (await opened()).set(record),
    delete: async (key: TokenKey) => (await opened()).delete(key),
    list: async (partition: string) => (await opened()).list(partition),
    lease: async (key: TokenKey, milliseconds: number) => (await opened()).lease(key, milliseconds),
    rotateKey: async () => (await opened()).rotateKey(),
  }
}
