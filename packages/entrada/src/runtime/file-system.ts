import { builtin } from './builtin.ts'

/** Node's file system. Where the runtime has none, throws an error with the code `ENOSYS`. */
export function fileSystem(): typeof import('node:fs/promises') {
  const files = builtin('node:fs/promises')
  if (files !== undefined) return files
  throw fileFault('ENOSYS', 'this runtime has no file system')
}

/** What is wrong with a file, with a code as the system's own errors have it. */
export function fileFault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
