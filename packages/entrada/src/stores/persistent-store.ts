import type { TokenStore } from '../cache/token-store.ts'
import type { Emit } from '../events.ts'
import type { KeyringModule } from '../msal/keyring.ts'
import { msalDocumentName } from '../msal/locations.ts'
import { pluginAccess } from '../msal/plugin-access.ts'
import { registeredPlugins } from '../plugins/registry.ts'
import { settingOf } from '../runtime/environment.ts'
import type { Host } from '../runtime/host.ts'
import { importByName, isMissingPackage } from '../runtime/import-by-name.ts'
import { fileTokenStore } from './file-store.ts'
import { msalTokenStore } from './msal-store.ts'

/** Keeps tokens beyond the process, with the option names of `@azure/identity`. */
export interface TokenCachePersistenceOptions {
  /** `true` keeps tokens and sign-ins beyond the process; `false` keeps them in memory only. */
  enabled: boolean
  /** The name of the cache; default `msal.cache`, which the Azure SDKs and their tools share. */
  name?: string
  /** Lets a keyring store fall back to a plain-text file if the system has no secret store. */
  unsafeAllowUnencryptedStorage?: boolean
}

/** The cache that the SDKs and their tools share. */
const usualName = 'msal.cache'

/**
 * The store that `tokenCachePersistenceOptions` asks for: through the registered plug-in, or else the system's secret
 * store through `@entrada/keyring` if that is installed and works, or else encrypted files. An event says which.
 */
export async function openPersistentStore(
  { name = usualName, unsafeAllowUnencryptedStorage = false }: TokenCachePersistenceOptions,
  host: Host,
  emit: Emit,
): Promise<Required<TokenStore>> {
  const { persistence } = registeredPlugins()
  if (persistence !== undefined) {
    const open = async (cae: boolean) =>
      pluginAccess(await persistence({ name: msalDocumentName(name, cae), unsafeAllowUnencryptedStorage }))
    const store = msalTokenStore({ plain: await open(false), revocable: await open(true) }, host.now)
    emit({ type: 'store-selected', store: 'plug-in', reason: 'it was registered by useIdentityPlugin' })
    return withLease(store)
  }
  let reason = '@entrada/keyring is not installed'
  try {
    const keyring = await loadKeyring(host)
    if (keyring !== undefined) {
      const store = await keyring.openKeyringTokenStore({ name, unsafeAllowUnencryptedStorage })
      emit({ type: 'store-selected', store: 'keyring', reason: '@entrada/keyring is installed' })
      return withLease(store)
    }
  } catch (error) {
    reason = `the system's secret store cannot be used (${messageOf(error).replace(/\.$/, '')})`
  }
  const folder = folderOf(name, host)
  emit({ type: 'store-selected', store: 'encrypted files', reason: `${reason}; they are in ${folder}` })
  return fileTokenStore({ folder, host: { now: host.now } })
}

/** A store without leases grants every lease. */
function withLease(store: TokenStore): Required<TokenStore> {
  return { lease: async () => ({ release: async () => undefined }), ...store, reports: true }
}

/** A folder in the user's home. The name becomes a single path segment, whatever it contains. */
function folderOf(name: string, { env, platform = globalThis.process?.platform }: Host): string {
  const home = settingOf(env, platform === 'win32' ? 'LOCALAPPDATA' : 'HOME', platform)
  const variable = platform === 'win32' ? 'LOCALAPPDATA' : 'HOME'
  if (!home) throw new Error(`tokenCachePersistenceOptions: ${variable} is not set. Set it, or pass a tokenStore.`)
  // Tokens are not left in whatever folder the program happens to run in.
  if (!/^(?:[a-z]:)?[\\/]/i.test(home)) {
    throw new Error(
      `tokenCachePersistenceOptions: ${variable} is not an absolute path. Set it to one, or pass a tokenStore.`,
    )
  }
  const part = name.replace(/[^\w.-]|^\./g, (one) => `%${one.codePointAt(0)?.toString(16)}`)
  return `${home}/${platform === 'win32' ? 'entrada' : '.entrada'}/${part}`
}

/**
 * `undefined` if it is not installed. If it is installed but one of its own dependencies is missing, that is an error.
 */
async function loadKeyring({ load }: Host): Promise<KeyringModule | undefined> {
  try {
    return (await (load ?? importByName)('@entrada/keyring')) as KeyringModule
  } catch (error) {
    if (isMissingPackage(error)) return undefined
    throw error
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
