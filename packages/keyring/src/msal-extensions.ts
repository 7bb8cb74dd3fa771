import { KeyringError, oneLine } from './keyring-error.ts'
import type { KeyringHost } from './keyring-host.ts'

/** One text in the secret store, with a file beside it whose modification time shows that it has changed. */
export interface Persistence {
  /** Resolves to `null` if there is no such entry. */
  load(): Promise<string | null>
  save(text: string): Promise<void>
  /** Writes, reads and removes a test entry. Rejects if that fails. */
  verifyPersistence(): Promise<boolean>
}

/** The parts of `@azure/msal-node-extensions` that are used. */
export interface MsalExtensions {
  FilePersistenceWithDataProtection: { create(path: string, scope: 'CurrentUser'): Promise<Persistence> }
  KeychainPersistence: { create(path: string, service: string, account: string): Promise<Persistence> }
  LibSecretPersistence: { create(path: string, service: string, account: string): Promise<Persistence> }
}

const library = '@azure/msal-node-extensions'

/** The library, which is an optional package with a native part. Rejects with a `KeyringError`. */
export async function loadMsalExtensions({ load }: KeyringHost): Promise<MsalExtensions> {
  try {
    return (await load(library)) as MsalExtensions
  } catch (cause) {
    const message = oneLine(cause)
    // If a file of its native part is missing, the message has a path instead.
    if (/(?:cannot find (?:package|module)|could not resolve) ['"]@azure\/msal-node-extensions/i.test(message)) {
      const remedy = `Run: npm install ${library}.`
      throw new KeyringError({ reason: `${library} is not installed.`, remedy, cause })
    }
    const remedy =
      'Install libsecret (Debian: libsecret-1-0), and reinstall the package with its install script allowed.'
    throw new KeyringError({ reason: `${library} cannot be loaded: ${message}.`, remedy, cause })
  }
}
