import type { ReportProblem, TokenKey, TokenRecord } from '../cache/token-store.ts'
import type { FileTokenStore, FileTokenStoreOptions } from './open-file-store.ts'

/**
 * A store in a folder on this machine, for the processes of one user: one encrypted file per record, written atomically
 * under a lock. It needs no native module. docs/stores.md says what it protects against.
 *
 * Nothing is opened yet: if something is wrong with the folder or the key file, each call rejects. Throws a `TypeError`
 * if `folder` is missing.
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
    reports: true,
    get: async (key: TokenKey, report?: ReportProblem) => (await opened()).get(key, report),
    set: async (record: TokenRecord, report?: ReportProblem) => (await opened()).set(record, report),
    delete: async (key: TokenKey) => (await opened()).delete(key),
    list: async (partition: string) => (await opened()).list(partition),
    lease: async (key: TokenKey, milliseconds: number) => (await opened()).lease(key, milliseconds),
    rotateKey: async () => (await opened()).rotateKey(),
  }
}
