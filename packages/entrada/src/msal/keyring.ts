import type { TokenStore } from '../cache/token-store.ts'
import { rebuilt } from '../runtime/foreign-error.ts'
import { isMissingPackage } from '../runtime/import-by-name.ts'
import { sentence } from '../runtime/one-line.ts'
import type { MsalCacheAccess, NoAccess } from './access.ts'

/**
 * What the package `@entrada/keyring` exports: the system's secret store (DPAPI, Keychain, libsecret), under the names
 * that Microsoft's developer tools use.
 */
export interface KeyringModule {
  /** The document with that name, such as `msal.cache.nocae`. Rejects if the secret store cannot be used. */
  openMsalCache(name: string): Promise<MsalCacheAccess>
  /** A token store over the two documents of a cache. Rejects if the secret store cannot be used. */
  openKeyringTokenStore(options?: KeyringStoreOptions): Promise<TokenStore>
}

/** Options of `openKeyringTokenStore`. */
export interface KeyringStoreOptions {
  /** Default `msal.cache`, which the SDKs and their tools share. */
  name?: string | undefined
  /** If the secret store cannot be used, a file that only its owner can read takes its place. Not on Windows. */
  unsafeAllowUnencryptedStorage?: boolean | undefined
}

/** The package is imported by this name at run time, so that it stays optional. */
const keyringPackage = '@entrada/keyring'

/** The document in the system's secret store, if the package that can read it is installed. `load` imports by name. */
export async function keyringAccess(
  name: string,
  load: (name: string) => Promise<unknown>,
): Promise<MsalCacheAccess | NoAccess> {
  let keyring: KeyringModule
  try {
    keyring = (await load(keyringPackage)) as KeyringModule
  } catch (cause) {
    if (!isMissingPackage(cause)) return unusable(name, cause)
    const reason = `the tools' cache ${name} is in the system's secret store, which takes ${keyringPackage} to read, and that is not installed.`
    return { reason, remedy: `Install ${keyringPackage}, or pass cachePath.`, cause: rebuilt(cause) }
  }
  try {
    return await keyring.openMsalCache(name)
  } catch (cause) {
    return unusable(name, cause)
  }
}

/** The package's own errors have a reason and a remedy; of others, the message is used. */
function unusable(name: string, error: unknown): NoAccess {
  const { reason, remedy } = (error ?? {}) as { reason?: unknown; remedy?: unknown }
  const cause = rebuilt(error)
  const explanation = typeof reason === 'string' ? reason : sentence(cause.message)
  const usual = "Unlock the system's secret store, or pass cachePath."
  return {
    reason: `${keyringPackage} cannot open ${name}: ${explanation}`,
    remedy: typeof remedy === 'string' ? remedy : usual,
    cause,
  }
}
