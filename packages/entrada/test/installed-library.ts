import { cp, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Makes a project in which `folder/library` is installed as npm would, and tells where it is. */
export async function installLibrary(folder: string, name: string): Promise<string> {
  const installed = join(folder, name, 'node_modules/entrada')
  await cp(join(folder, 'library'), join(installed, 'dist'), { recursive: true })
  await rm(join(installed, 'dist/package.json'))
  await cp(fileURLToPath(new URL('../package.json', import.meta.url)), join(installed, 'package.json'))
  for (const dependency of ['open', 'tinyexec']) {
    const real = fileURLToPath(new URL(`../../../node_modules/${dependency}`, import.meta.url))
    await symlink(real, join(installed, '..', dependency)).catch((error) => {
      // The tests of sizes share one folder.
      if (error.code !== 'EEXIST') throw error
    })
  }
  return join(folder, name)
}
