import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { KeyringHost } from '../src/keyring-host.ts'
import type { MsalExtensions, Persistence } from '../src/msal-extensions.ts'

/** Of `@azure/msal-node-extensions`: its shape, on a secret store in memory that says where each text is. */
export interface SecretStore {
  /** By `service/account`, or by the path of a protected file. */
  texts: Map<string, string>
  /** What was opened: the kind, and what it was opened with. */
  opened: unknown[][]
  /** Texts that were saved, in order, by where. */
  saved: string[]
  /** Thrown by what the store is asked to do, where it is set. */
  fault: { load?: Error; save?: Error }
  /** Called when somebody asks whether the store works. */
  whenVerified?: () => Promise<void>
  library: MsalExtensions
}

export function secretStore(): SecretStore {
  const texts = new Map<string, string>()
  const store: Omit<SecretStore, 'library'> & Partial<SecretStore> = { texts, opened: [], saved: [], fault: {} }
  const persistence = (path: string, where: string, mark: string | undefined): Persistence => ({
    async load() {
      if (store.fault.load !== undefined) throw store.fault.load
      return texts.get(where) ?? null
    },
    async save(text) {
      if (store.fault.save !== undefined) throw store.fault.save
      texts.set(where, text)
      store.saved.push(where)
      if (mark !== undefined) writeFileSync(path, mark)
    },
    async verifyPersistence() {
      await store.whenVerified?.()
      const fault = store.fault.load ?? store.fault.save
      if (fault !== undefined) throw fault
      return true
    },
  })
  const create =
    (kind: string) =>
    async (path: string, ...rest: string[]) => {
      store.opened.push([kind, path, ...rest])
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      writeFileSync(path, '', { flag: 'a', mode: 0o600 })
      chmodSync(path, 0o600)
      return kind === 'DPAPI' ? persistence(path, path, undefined) : persistence(path, rest.join('/'), '{}')
    }
  const library = {
    FilePersistenceWithDataProtection: { create: create('DPAPI') },
    KeychainPersistence: { create: create('Keychain') },
    LibSecretPersistence: { create: create('libsecret') },
  }
  return Object.assign(store, { library })
}

/** A system of that kind with that secret store, and a home folder that goes with the test. */
export function systemWith(store: SecretStore, platform = 'linux'): { home: string; host: Partial<KeyringHost> } {
  const home = mkdtempSync(join(tmpdir(), 'entrada-keyring-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const env = platform === 'win32' ? { LOCALAPPDATA: home } : { HOME: home }
  return { home, host: { platform, env, sleep: async () => undefined, load: async () => store.library } }
}

/** The entry of the library's own place on Linux, and the documents' own. */
export const sharedEntry = 'Microsoft.Developer.IdentityService/MSALCache'
export const entryOf = (name: string): string => `Microsoft.Developer.IdentityService/${name}`
