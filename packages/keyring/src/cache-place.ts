import { KeyringError } from './keyring-error.ts'
import type { KeyringHost } from './keyring-host.ts'

/** The name under which the Azure SDKs keep their secrets in the Keychain and in libsecret. */
export const service = 'Microsoft.Developer.IdentityService'

/** The one entry of `@azure/identity` on Linux, whatever the name of the cache. */
export const sharedAccount = 'MSALCache'

/** The cache that is shared unless a program names one of its own. */
export const sharedCacheName = 'msal.cache'

/** Where a document is. */
export interface CachePlace {
  store: 'DPAPI' | 'Keychain' | 'libsecret'
  folder: string
  /** The protected file on Windows; elsewhere a file whose time of change tells that the document has changed. */
  path: string
  /** The entry's account in the Keychain or in libsecret. Each document has its own. */
  account: string
  /** On Linux, the documents that share what `@azure/identity` keeps in one entry. */
  siblings: readonly string[]
}

const stores: Readonly<Record<string, CachePlace['store']>> = { win32: 'DPAPI', darwin: 'Keychain', linux: 'libsecret' }

/** The place of the document of that name, such as `msal.cache.nocae`. Throws where there is none. */
export function cachePlace(name: string, { platform, env }: KeyringHost): CachePlace {
  if (!/^[\w][\w .-]*$/.test(name)) {
    throw new TypeError(
      `@entrada/keyring: the name ${JSON.stringify(name)} is no file name. Use letters, digits, . _ -`,
    )
  }
  const store = stores[platform]
  if (store === undefined) {
    const reason = `${platform} has no secret store that is known here.`
    throw new KeyringError({ reason, mend: 'Use the encrypted file store of entrada/store.' })
  }
  const variable = platform === 'win32' ? 'LOCALAPPDATA' : 'HOME'
  const home = env[variable]
  if (!home) throw new KeyringError({ reason: `${variable} is not set.`, mend: 'Set it to a folder of your own.' })
  const folder = `${home}/.IdentityService`
  const documents = [`${sharedCacheName}.cae`, `${sharedCacheName}.nocae`]
  const siblings = store === 'libsecret' && documents.includes(name) ? documents : []
  return { store, folder, path: `${folder}/${name}`, account: name, siblings: siblings.map((of) => `${folder}/${of}`) }
}
