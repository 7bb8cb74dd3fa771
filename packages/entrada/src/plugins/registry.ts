import type { MsalCachePlugin } from '../msal/plugin-access.ts'
import { processWide } from '../runtime/process-wide.ts'
import type { NativeBroker } from './native-broker.ts'

/** The export of a plug-in package, which is called with an object on which it registers itself. */
export type IdentityPlugin = (context: unknown) => void

/** What plug-ins have registered. */
export interface RegisteredPlugins {
  /** Creates the plug-in that stores one MSAL document. */
  persistence?: (options: PersistenceOptions) => Promise<MsalCachePlugin>
  nativeBroker?: NativeBroker
  vsCodeBroker?: NativeBroker
  vsCodeRecordPath?: string
}

/** The options that a persistence plug-in is created with. */
interface PersistenceOptions {
  name: string
  unsafeAllowUnencryptedStorage?: boolean
}

/**
 * What plug-ins have registered, for the whole process: `useIdentityPlugin` of `@azure/identity` is global, so this is
 * too.
 */
export function registeredPlugins(): RegisteredPlugins {
  return processWide('plugins', () => ({}))
}

/**
 * Registers a plug-in of `@azure/identity`: `@azure/identity-cache-persistence`, `@azure/identity-broker`,
 * `@azure/identity-vscode`. A later one replaces an earlier one.
 */
export function useIdentityPlugin(plugin: IdentityPlugin): void {
  if (typeof plugin !== 'function') {
    throw new TypeError('useIdentityPlugin: the plug-in must be a function. Pass what its package exports.')
  }
  const registered = registeredPlugins()
  plugin({
    cachePluginControl: {
      setPersistence(make: RegisteredPlugins['persistence'] & object): void {
        registered.persistence = make
      },
    },
    nativeBrokerPluginControl: {
      setNativeBroker(broker: NativeBroker): void {
        registered.nativeBroker = broker
      },
    },
    vsCodeCredentialControl: {
      setVSCodeAuthRecordPath(path: string): void {
        registered.vsCodeRecordPath = path
      },
      setVSCodeBroker(broker: NativeBroker): void {
        registered.vsCodeBroker = broker
      },
      /** Called by the plug-in's first version, for a way to sign in that Visual Studio Code no longer has. */
      setVsCodeCredentialFinder(): void {},
    },
  })
}
