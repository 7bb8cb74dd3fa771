/**
 * For programs that keep tokens beyond a process, or bring their own store: the interface, the rules that every store
 * obeys, the encrypted form of a record, and the stores in memory and in files.
 * @module
 */
export type { Lease, ReportProblem, TokenKey, TokenRecord, TokenStore } from './cache/token-store.ts'
export { tokenKeyText } from './cache/token-store.ts'
export type { MsalCacheAccess } from './msal/access.ts'
export {
  readMsalAccountRecord,
  removeMsalAccountRecord,
  type SignedInAccount,
  writeMsalAccount,
  writeMsalAccountRecord,
} from './msal/account-record.ts'
export { type MsalDocument, type MsalEntry, msalDocumentText, readMsalDocument } from './msal/document.ts'
export { fileAccess as msalFileAccess } from './msal/file-access.ts'
export type { KeyringModule, KeyringStoreOptions } from './msal/keyring.ts'
export { msalDocumentName } from './msal/locations.ts'
export { type LockWorld, whileLocked } from './msal/lock-file.ts'
export { isProjected, listMsalKeys, readMsalRecord, removeMsalRecord, writeMsalRecord } from './msal/records.ts'
export { settingOf } from './runtime/environment.ts'
export { localSharedFiles, type SharedFiles } from './runtime/files/shared-files.ts'
export { type StoreRule, tokenStoreContract } from './stores/contract.ts'
export type { EncryptionKey, EncryptionKeys } from './stores/encryption-keys.ts'
export { EnvelopeError, type FormatVersion, type TokenEnvelope, tokenEnvelope } from './stores/envelope.ts'
export { fileTokenStore } from './stores/file-store.ts'
export { memoryTokenStore } from './stores/memory-store.ts'
export { msalTokenStore } from './stores/msal-store.ts'
export type { FileTokenStore, FileTokenStoreOptions } from './stores/open-file-store.ts'
export { asListed, isBelievable, withCappedLife } from './stores/record-life.ts'
export { partitionName, recordName } from './stores/record-name.ts'
