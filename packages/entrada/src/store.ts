/**
 * For those who keep tokens beyond a process, or write a store of their own: the interface, the rules that every store
 * keeps, the encrypted form of a record, and the stores in memory and in files.
 * @module
 */
export type { Lease, TokenKey, TokenRecord, TokenStore } from './cache/token-store.ts'
export { tokenKeyText } from './cache/token-store.ts'
export type { MsalCacheAccess } from './msal/access.ts'
export { readMsalAccountRecord, removeMsalAccountRecord, writeMsalAccountRecord } from './msal/account-record.ts'
export { type MsalDocument, type MsalEntry, msalDocumentText, readMsalDocument } from './msal/document.ts'
export { fileAccess as msalFileAccess } from './msal/file-access.ts'
export type { KeyringModule, KeyringStoreOptions } from './msal/keyring.ts'
export { listMsalKeys } from './msal/list-keys.ts'
export { msalDocumentName } from './msal/locations.ts'
export { type LockWorld, whileLocked } from './msal/lock-file.ts'
export { isProjected, readMsalRecord, removeMsalRecord, writeMsalRecord } from './msal/records.ts'
export { type SignedInAccount, writeMsalAccount } from './msal/write-account.ts'
export { localSharedFiles, type SharedFiles } from './runtime/shared-files.ts'
export { type StoreRule, tokenStoreContract } from './stores/contract.ts'
export type { EncryptionKey, EncryptionKeys } from './stores/encryption-keys.ts'
export { EnvelopeError, type TokenEnvelope, tokenEnvelope } from './stores/envelope.ts'
export { type FileTokenStore, type FileTokenStoreOptions, fileTokenStore } from './stores/file-store.ts'
export { memoryTokenStore } from './stores/memory-store.ts'
export { msalTokenStore } from './stores/msal-store.ts'
export { partitionName, recordName } from './stores/record-name.ts'
