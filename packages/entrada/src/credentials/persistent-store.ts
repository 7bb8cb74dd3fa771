import type { TokenStore } from '../cache/token-store.ts'
import type { Emit } from '../events.ts'
import type { KeyringModule } from '../msal/keyring.ts'
import { msalDocumentName } from '../msal/locations.ts'
import { pluginAccess } from '../msal/plugin-access.ts'
import { registeredPlugins } from '../plugins/registry.ts'
import type { Host } from '../runtime/host.ts'
import { fileTokenStore } from '../stores/file-store.ts'
import { msalTokenStore } from '../stores/msal-store.ts'
import type { TokenCachePersistenceOptions } from './options.ts'

/** The cache that the SDKs and their tools share. */
const usualName = 'msal.cache'

/**
 * The store that `tokenCachePersistenceOptions` asks for: through the plug-in that is registered, else the system's
 * secret store by `@entrada/keyring` where that is installed and works, else encrypted files. An event says which.
 */
export async function openPersistentStore(
  { name = usualName, unsafeAllowUnencryptedStorage = false }: TokenCachePersistenceOptions,
  host: Host,
  emit: Emit,
): Promise<Required<TokenStore>> {
  const { persistence } = registeredPlugins
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
    reason = `@entrada/keyring can't be used: ${said(error)}`
  }
  const folder = folderOf(name, host)
  emit({ type: 'store-selected', store: 'encrypted files', reason: `${reason}; they are in ${folder}` })
  return fileTokenStore({ folder, host: { now: host.now } })
}

/** A store without leases gives each to everybody. */
function withLease(store: TokenStore): Required<TokenStore> {
  return { lease: async () => ({ release: async () => undefined }), ...store }
}

/** In the user's own folder. The name is one part of a path, whatever is in it. */
function folderOf(name: string, { env, platform = globalThis.process?.platform }: Host): string {
  const home = platform === 'win32' ? env.LOCALAPPDATA : env.HOME
  const variable = platform === 'win32' ? 'LOCALAPPDATA' : 'HOME'
  if (!home) throw new Error(`tokenCachePersistenceOptions: ${variable} is not set. Set it, or pass a tokenStore.`)
  const part = name.replace(/[^\w.-]|^\./g, (one) => `%${one.codePointAt(0)?.toString(16)}`)
  return `${home}/${platform === 'win32' ? 'entrada' : '.entrada'}/${part}`
}

/** `undefined` where it is not installed. What it needs itself and lacks is another matter. */
async function loadKeyring({ load }: Host): Promise<KeyringModule | undefined> {
  const importByName = (name: string): Promise<unknown> => import(/* webpackIgnore: true */ /* @vite-ignore */ name)
  try {
    return (await (load ?? importByName)('@entrada/keyring')) as KeyringModule
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function isMissing(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return true
  return typeof message === 'string' && /cannot find (?:module|package)|failed to resolve module/i.test(message)
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
