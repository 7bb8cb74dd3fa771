import { settingOf } from 'entrada/store'
import { KeyringError } from './keyring-error.ts'
import type { KeyringHost } from './keyring-host.ts'

/** The name under which the Azure SDKs keep their secrets in the Keychain and in libsecret. */
export const service = 'Microsoft.Developer.IdentityService'

/** The only entry that `@azure/identity` uses on Linux, whatever the name of the cache. */
export const sharedAccount = 'MSALCache'

/** The shared cache, which is used unless a program names one of its own. */
export const sharedCacheName = 'msal.cache'

/** Where a document is kept. */
export interface CachePlace {
  store: 'DPAPI' | 'Keychain' | 'libsecret'
  folder: string
  /** The protected file on Windows; elsewhere a file whose modification time shows that the document has changed. */
  path: string
  /** The entry's account in the Keychain or in libsecret. Each document has its own. */
  account: string
  /** On Linux, the documents whose sign-ins are in the single entry of `@azure/identity`. */
  siblings: readonly string[]
}

const stores: Readonly<Record<string, CachePlace['store']>> = { win32: 'DPAPI', darwin: 'Keychain', linux: 'libsecret' }

/** The place of the document with that name, such as `msal.cache.nocae`. Throws if there is none. */
export function cachePlace(name: string, { platform, env }: KeyringHost): CachePlace {
  if (!/^[\w][\w .-]*$/.test(name)) {
    throw new TypeError(
      `@entrada/keyring: the name ${JSON.stringify(name)} is not a file name. Use letters, digits, . _ -`,
    )
  }
  const store = stores[platform]
  if (store === undefined) {
    const reason = `no secret store is supported on ${platform}.`
    throw new KeyringError({ reason, remedy: 'Use the encrypted file store of entrada/store.' })
  }
  const variable = platform === 'win32' ? 'LOCALAPPDATA' : 'HOME'
  const home = settingOf(env, variable, platform)
  if (home === undefined)
    throw new KeyringError({ reason: `${variable} is not set.`, remedy: 'Set it to a folder of your own.' })
  const folder = `${home}/.IdentityService`
  const documents = [`${sharedCacheName}.cae`, `${sharedCacheName}.nocae`]
  const siblings = store === 'libsecret' && documents.includes(name) ? documents : []
  return { store, folder, path: `${folder}/${name}`, account: name, siblings: siblings.map((of) => `${folder}/${of}`) }
}
