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
 * A token store over the two documents of a cache. It keeps what has a place in MSAL's format: tokens of applications,
 * and of users under their home account. Rejects with a `KeyringError` where the secret store can't be used.
 */
export async function openKeyringTokenStore(
  options: KeyringStoreOptions & KeyringCacheOptions = {},
): Promise<TokenStore> {
  const { name = sharedCacheName } = options
  const open = (cae: boolean): Promise<MsalCacheAccess> =>
    openCache(msalDocumentName(name, cae), { ...options, isWritten: true })
  // One after the other: on Linux they have their locks in common.
  const plain = await open(false)
  const revocable = await open(true)
  return msalTokenStore({ plain, revocable }, keyringHost(options.host).now)
}
