import type { MsalCacheAccess, NoAccess } from './access.ts'

/**
 * What the package `@entrada/keyring` exports: the system's secret store (DPAPI, Keychain, libsecret), under the names
 * that Microsoft's developer tools use.
 */
export interface KeyringModule {
  /** The document of that name, such as `msal.cache.nocae`. Rejects where the secret store can't be used. */
  openMsalCache(name: string): Promise<MsalCacheAccess>
}

/** The package by its name: no bundler looks for it, and who has not installed it lacks nothing else. */
const keyringPackage = '@entrada/keyring'

/** The document in the system's secret store, if the package that can read it is installed. `load` imports by name. */
export async function keyringAccess(
  name: string,
  load: (name: string) => Promise<unknown>,
): Promise<MsalCacheAccess | NoAccess> {
  try {
    return await ((await load(keyringPackage)) as KeyringModule).openMsalCache(name)
  } catch (cause) {
    if (isMissing(cause)) {
      const reason = `what tools keep as ${name} is in the system's secret store, which ${keyringPackage} reads, and that is not installed.`
      return { reason, mend: `Install ${keyringPackage}, or pass cachePath.`, cause }
    }
    const said = cause instanceof Error ? cause.message : String(cause)
    const reason = `${keyringPackage} can't open ${name}: ${said}.`
    return { reason, mend: "Unlock the system's secret store, or pass cachePath.", cause }
  }
}

/** What `import()` says of a package that is not there: Node, Bun, and bundles that leave it to the runtime. */
function isMissing(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return true
  return typeof message === 'string' && /cannot find (?:module|package)|failed to resolve module/i.test(message)
}
