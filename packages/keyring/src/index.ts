/**
 * Tokens in the operating system's secret store (DPAPI, Keychain, libsecret), in the place and the format in which the
 * Azure SDKs keep theirs.
 * @module
 */
export { KeyringError } from './keyring-error.ts'
export { type KeyringCacheOptions, openMsalCache } from './open-msal-cache.ts'
export { openKeyringTokenStore } from './token-store.ts'
