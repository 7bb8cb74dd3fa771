import { rmSync } from 'node:fs'
import { chmod, mkdtemp, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file that only this user can read (0600), in its own folder. */
export interface PrivateFile {
  path: string
  /** Replaces the whole file at once, so that nobody reads half of it. */
  replace(text: string): Promise<void>
  remove(): Promise<void>
}

export async function createPrivateFile(name: string, text: string): Promise<PrivateFile> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-emulator-'))
  await chmod(folder, 0o700)
  const path = join(folder, name)
  const replace = async (fresh: string): Promise<void> => {
    await writeFile(`${path}.new`, fresh, { mode: 0o600 })
    await rename(`${path}.new`, path)
  }
  await replace(text)
  // A process that ends without close() must not leave anything behind either.
  const remove = (): void => {
    process.off('exit', remove)
    rmSync(folder, { recursive: true, force: true })
  }
  process.on('exit', remove)
  return { path, replace, remove: async () => remove() }
}
