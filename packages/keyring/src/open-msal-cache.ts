import { type MsalCacheAccess, msalFileAccess } from 'entrada/store'
import { type CachePlace, cachePlace } from './cache-place.ts'
import { keyringAccess, unusable } from './keyring-access.ts'
import { KeyringError } from './keyring-error.ts'
import { type KeyringHost, keyringHost } from './keyring-host.ts'
import { loadMsalExtensions } from './msal-extensions.ts'
import { storedText } from './stored-text.ts'

/** Options of `keyringCache`. */
export interface KeyringCacheOptions {
  /**
   * If the secret store cannot be used, a file that only its owner can read takes its place. Not on Windows. If
   * encryption works, it is always used. Default false.
   */
  unsafeAllowUnencryptedStorage?: boolean | undefined
  /** @internal The outside world, for tests. */
  host?: Partial<KeyringHost>
}

/**
 * An MSAL cache document in the operating system's secret store, by its name, such as `msal.cache.nocae`. Rejects with
 * a `KeyringError` if the store cannot be used and an unencrypted file is not allowed.
 */
export function openMsalCache(name: string, options: KeyringCacheOptions = {}): Promise<MsalCacheAccess> {
  return openCache(name, { ...options, isWritten: options.unsafeAllowUnencryptedStorage === true })
}

/** The same. With `isWritten`, it checks now whether the store can be written, so that tokens are not lost later. */
export async function openCache(
  name: string,
  options: KeyringCacheOptions & { isWritten: boolean },
): Promise<MsalCacheAccess> {
  const host = keyringHost(options.host)
  const place = cachePlace(name, host)
  try {
    return await openInStore(name, place, host, options.isWritten)
  } catch (error) {
    const isAllowed = options.unsafeAllowUnencryptedStorage === true && place.store !== 'DPAPI'
    if (!isAllowed || !(error instanceof KeyringError)) throw error
    await host.makeFolder(place.folder)
    return msalFileAccess(place.path, host)
  }
}

async function openInStore(
  name: string,
  place: CachePlace,
  host: KeyringHost,
  isWritten: boolean,
): Promise<MsalCacheAccess> {
  const library = await loadMsalExtensions(host)
  const text = await storedText(place, library, host).catch((cause: unknown) => {
    throw unusable(name, place, cause)
  })
  const access = keyringAccess(name, place, text, host)
  // A locked keyring returns nothing, without an error.
  if ((await access.read()) === undefined && (isWritten || (await isMarked(place, host)))) await access.verify()
  return access
}

/** Whether a program has kept a document there: the file that marks its changes is then not empty. */
async function isMarked({ store, path }: CachePlace, { files }: KeyringHost): Promise<boolean> {
  return store !== 'DPAPI' && ((await files.read(path))?.length ?? 0) > 0
}
