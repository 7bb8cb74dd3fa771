import type { Env } from '../runtime/host.ts'

/** Where the cache that Microsoft's developer tools share is, and whose tokens it has. */
export interface SharedDocument {
  /** Such as `msal.cache.nocae`. */
  name: string
  /** Absent where the environment names no home folder. */
  path: string | undefined
  /** Whether its access tokens can be revoked (Continuous Access Evaluation). */
  cae: boolean
}

/**
 * The documents of the shared cache: revocable tokens and the others have one each. They are in
 * `%LOCALAPPDATA%\.IdentityService` on Windows, in `~/.IdentityService` elsewhere. Where the system's secret store holds
 * the document, the file of that name only marks the time of the last change.
 */
export function sharedDocuments(env: Env, platform: string, cacheName: string = 'msal.cache'): SharedDocument[] {
  const folder = platform === 'win32' ? env.LOCALAPPDATA : env.HOME
  return [false, true].map((cae) => {
    const name = msalDocumentName(cacheName, cae)
    return { name, cae, path: folder ? `${folder}/.IdentityService/${name}` : undefined }
  })
}

/** The name of a shared cache's document: revocable tokens and the others have one each. */
export function msalDocumentName(name: string, cae: boolean): string {
  return `${name}.${cae ? 'cae' : 'nocae'}`
}
