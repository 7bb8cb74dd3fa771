import {
  type KeyringStoreOptions,
  type MsalCacheAccess,
  msalDocumentName,
  msalTokenStore,
  type TokenStore,
} from 'entrada/store'
import { sharedCacheName } from './cache-place.ts'
import { keyringHost } from './keyring-host.ts'
import { type KeyringCacheOptions, openCache } from './open-msal-cache.ts'

/**
 * A token store over the two documents of a cache. It keeps the tokens that have a place in MSAL's format: those of
 * applications, and those of users under their home account. Rejects with a `KeyringError` if the secret store cannot
 * be used.
 */
export async function openKeyringTokenStore(
  options: KeyringStoreOptions & KeyringCacheOptions = {},
): Promise<TokenStore> {
  const { name = sharedCacheName } = options
  const open = (cae: boolean): Promise<MsalCacheAccess> =>
    openCache(msalDocumentName(name, cae), { ...options, isWritten: true })
  // One after the other, because on Linux they share their locks.
  const plain = await open(false)
  const revocable = await open(true)
  return msalTokenStore({ plain, revocable }, keyringHost(options.host).now)
}
