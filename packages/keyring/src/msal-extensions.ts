import { KeyringError } from './keyring-error.ts'
import type { KeyringHost } from './keyring-host.ts'
import { oneLine } from './one-line.ts'

/** One text in the secret store, with a file beside it whose time of change tells that it has changed. */
export interface Persistence {
  /** Nothing where there is no such text. */
  load(): Promise<string | null>
  save(text: string): Promise<void>
  /** Writes, reads and removes a text of its own. Rejects where that fails. */
  verifyPersistence(): Promise<boolean>
}

/** What is used of `@azure/msal-node-extensions`. */
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
    const said = oneLine(cause)
    // A file of its native part that is missing is named by its path.
    if (/(?:cannot find (?:package|module)|could not resolve) ['"]@azure\/msal-node-extensions/i.test(said)) {
      const mend = `Run: npm install ${library}.`
      throw new KeyringError({ reason: `${library} is not installed.`, mend, cause })
    }
    const mend = 'Install libsecret (Debian: libsecret-1-0), and the package anew with its install script allowed.'
    throw new KeyringError({ reason: `${library} can't be loaded: ${said}.`, mend, cause })
  }
}
