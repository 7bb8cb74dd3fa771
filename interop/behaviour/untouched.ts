import { createRequire } from 'node:module'
import type { Library } from './row.ts'

const require = createRequire(import.meta.url)

/**
 * The library as a process has it that has not asked for a managed identity yet: in `@azure/identity` the first one decides
 * for all that follow, so that each row needs a copy of its own.
 */
export function untouched(library: Library): Library {
  if ('SharedTokenCacheCredential' in library) return library
  for (const path of Object.keys(require.cache)) {
    if (/@azure[\\/](?:identity|msal-node|msal-common)[\\/]/.test(path)) delete require.cache[path]
  }
  return require('@azure/identity') as Library
}
