import type { MsalCachePlugin } from '../msal/plugin-access.ts'
import type { NativeBroker } from './native-broker.ts'

/** A plug-in package's entry: it is called with what it can set. */
export type IdentityPlugin = (context: unknown) => void

/** What plug-ins have set. */
export interface RegisteredPlugins {
  /** Makes the store of one document of MSAL. */
  persistence?: (options: PersistenceOptions) => Promise<MsalCachePlugin>
  nativeBroker?: NativeBroker
  vsCodeBroker?: NativeBroker
  vsCodeRecordPath?: string
}

/** What a persistence plug-in is made with. */
interface PersistenceOptions {
  name: string
  unsafeAllowUnencryptedStorage?: boolean
}

/**
 * What plug-ins have set, for the whole process: `useIdentityPlugin` of `@azure/identity` is global, so this is. One of
 * the two pieces of module-level state in this library (docs/architecture.md).
 */
export const registeredPlugins: RegisteredPlugins = {}

/**
 * Registers a plug-in of `@azure/identity`: `@azure/identity-cache-persistence`, `@azure/identity-broker`,
 * `@azure/identity-vscode`. A later one takes the place of an earlier one.
 */
export function useIdentityPlugin(plugin: IdentityPlugin): void {
  if (typeof plugin !== 'function') {
    throw new TypeError('useIdentityPlugin: the plug-in is no function. Pass what its package exports.')
  }
  plugin({
    cachePluginControl: {
      setPersistence(make: RegisteredPlugins['persistence'] & object): void {
        registeredPlugins.persistence = make
      },
    },
    nativeBrokerPluginControl: {
      setNativeBroker(broker: NativeBroker): void {
        registeredPlugins.nativeBroker = broker
      },
    },
    vsCodeCredentialControl: {
      setVSCodeAuthRecordPath(path: string): void {
        registeredPlugins.vsCodeRecordPath = path
      },
      setVSCodeBroker(broker: NativeBroker): void {
        registeredPlugins.vsCodeBroker = broker
      },
      /** Of the plug-in's first version, for a sign-in that Visual Studio Code has given up. */
      setVsCodeCredentialFinder(): void {},
    },
  })
}
