import type { TokenStore } from '../cache/token-store.ts'
import type { MsalCacheAccess, NoAccess } from './access.ts'

/**
 * What the package `@entrada/keyring` exports: the system's secret store (DPAPI, Keychain, libsecret), under the names
 * that Microsoft's developer tools use.
 */
export interface KeyringModule {
  /** The document of that name, such as `msal.cache.nocae`. Rejects where the secret store can't be used. */
  openMsalCache(name: string): Promise<MsalCacheAccess>
  /** A token store over the two documents of a cache. Rejects where the secret store can't be used. */
  openKeyringTokenStore(options?: KeyringStoreOptions): Promise<TokenStore>
}

export interface KeyringStoreOptions {
  /** Default `msal.cache`, which the SDKs and their tools share. */
  name?: string | undefined
  /** Where the secret store can't be used, a file that its owner alone can read takes its place. Not on Windows. */
  unsafeAllowUnencryptedStorage?: boolean | undefined
}

/** The package by its name: no bundler looks for it, and who has not installed it lacks nothing else. */
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
    if (!isMissing(cause)) return unusable(name, cause)
    const reason = `what tools keep as ${name} is in the system's secret store, which ${keyringPackage} reads, and that is not installed.`
    return { reason, mend: `Install ${keyringPackage}, or pass cachePath.`, cause }
  }
  try {
    return await keyring.openMsalCache(name)
  } catch (cause) {
    return unusable(name, cause)
  }
}

/** The package's own errors say what is wrong and what to do; others say what they say. */
function unusable(name: string, cause: unknown): NoAccess {
  const { reason, mend } = (cause ?? {}) as { reason?: unknown; mend?: unknown }
  const said = typeof reason === 'string' ? reason : `${cause instanceof Error ? cause.message : cause}.`
  const usual = "Unlock the system's secret store, or pass cachePath."
  return {
    reason: `${keyringPackage} can't open ${name}: ${said}`,
    mend: typeof mend === 'string' ? mend : usual,
    cause,
  }
}

/** What `import()` says of a package that is not there: Node, Bun, and bundles that leave it to the runtime. */
function isMissing(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return true
  return typeof message === 'string' && /cannot find (?:module|package)|failed to resolve module/i.test(message)
}
