import { rmSync } from 'node:fs'
import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The authority's certificate as a file, for `NODE_EXTRA_CA_CERTS`: 0600, in a folder of its own. */
export interface CaFile {
  path: string
  remove(): Promise<void>
}

export async function writeCaFile(pem: string): Promise<CaFile> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-emulator-'))
  await chmod(folder, 0o700)
  const path = join(folder, 'ca.pem')
  await writeFile(path, pem, { mode: 0o600 })
  // A process that ends without close() leaves nothing behind either.
  const remove = (): void => {
    process.off('exit', remove)
    rmSync(folder, { recursive: true, force: true })
  }
  process.on('exit', remove)
  return { path, remove: async () => remove() }
}
