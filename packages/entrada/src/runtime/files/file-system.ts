import { builtin } from '../builtin.ts'

/** Node's file system. Throws an error with the code `ENOSYS` if the runtime has none. */
export function fileSystem(): typeof import('node:fs/promises') {
  const files = builtin('node:fs/promises')
  if (files !== undefined) return files
  throw fileFault('ENOSYS', 'this runtime has no file system')
}

/**
 * Makes a folder for its owner alone, and any missing ones above it. It avoids `mkdir`'s own `recursive`, which retries for
 * ever where a file system allows no folders, as in /proc.
 */
export async function makeFolders(path: string): Promise<void> {
  const { mkdir, stat } = fileSystem()
  const make = async (folder: string): Promise<void> => {
    try {
      await mkdir(folder, 0o700)
    } catch (error) {
      // Systems differ in how they report that a folder exists (EEXIST, EISDIR, EPERM, EROFS). If there is none, this error says why.
      const isThere = await stat(folder).then(
        (status) => status.isDirectory(),
        () => false,
      )
      if (!isThere || (error as { code?: string }).code === 'ENOENT') throw error
    }
  }
  try {
    await make(path)
  } catch (error) {
    const above = path.replace(/(?<![^\\/])[^\\/]+[\\/]*$/, '').replace(/(?<=[^\\/])[\\/]+$/, '')
    if ((error as { code?: string }).code !== 'ENOENT' || above === path || above === '') throw error
    await makeFolders(above)
    await make(path)
  }
}

/** An error about a file, with a code like those of the system's own errors. */
export function fileFault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
