import { type Env, settingOf } from '../runtime/environment.ts'

/** A document of the cache that Microsoft's developer tools share: where it is, and which tokens it holds. */
export interface SharedDocument {
  /** Such as `msal.cache.nocae`. */
  name: string
  /** `undefined` if the environment names no home folder. */
  path: string | undefined
  /** Whether its access tokens can be revoked (Continuous Access Evaluation). */
  cae: boolean
}

/**
 * The documents of the shared cache: one for revocable tokens and one for the others. They are in
 * `%LOCALAPPDATA%\.IdentityService` on Windows, in `~/.IdentityService` elsewhere. If the system's secret store holds
 * the document, the file with its name only marks the time of the last change.
 */
export function sharedDocuments(env: Env, platform: string, cacheName: string = 'msal.cache'): SharedDocument[] {
  const folder = settingOf(env, platform === 'win32' ? 'LOCALAPPDATA' : 'HOME', platform)
  return [false, true].map((cae) => {
    const name = msalDocumentName(cacheName, cae)
    return { name, cae, path: folder ? `${folder}/.IdentityService/${name}` : undefined }
  })
}

/** The name of a shared cache's document: there is one for revocable tokens and one for the others. */
export function msalDocumentName(name: string, cae: boolean): string {
  return `${name}.${cae ? 'cae' : 'nocae'}`
}
