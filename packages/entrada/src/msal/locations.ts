import type { Env } from '../runtime/host.ts'

/** Name of the cache that Microsoft's developer tools share. */
export const sharedCacheName = 'msal.cache'

/** Revocable tokens and the others have a document each. */
export function msalDocumentName(name: string, cae: boolean): string {
  return `${name}.${cae ? 'cae' : 'nocae'}`
}

/**
 * Where the shared cache is: `%LOCALAPPDATA%\.IdentityService` on Windows, `~/.IdentityService` elsewhere. Where the
 * system's secret store holds the document, the file of that name only marks the time of the last change.
 */
export function sharedCachePath(documentName: string, env: Env, platform: string): string | undefined {
  const folder = platform === 'win32' ? env.LOCALAPPDATA : env.HOME
  return folder ? `${folder}/.IdentityService/${documentName}` : undefined
}
