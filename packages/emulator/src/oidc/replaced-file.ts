import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file that is replaced as a whole, so that nobody reads half of it: 0600, in a folder of its own. */
export interface ReplacedFile {
  path: string
  replace(text: string): Promise<void>
  remove(): Promise<void>
}

export async function createReplacedFile(name: string, text: string): Promise<ReplacedFile> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-emulator-'))
  await chmod(folder, 0o700)
  const path = join(folder, name)
  const replace = async (fresh: string): Promise<void> => {
    await writeFile(`${path}.new`, fresh, { mode: 0o600 })
    await rename(`${path}.new`, path)
  }
  await replace(text)
  return { path, replace, remove: () => rm(folder, { recursive: true, force: true }) }
}
