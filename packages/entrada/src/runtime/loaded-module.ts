import { builtin } from './builtin.ts'

/**
 * What a CommonJS module exports that this process has loaded already, by the end of its path; `undefined` where it has not,
 * or where the runtime keeps no such list. Nothing is loaded to find out.
 */
export function loadedModule(path: string): unknown {
  const cache = builtin('node:module')?.createRequire('/').cache
  const found = Object.keys(cache ?? {}).find((file) => file.replaceAll('\\', '/').endsWith(path))
  return found && cache?.[found]?.exports
}
