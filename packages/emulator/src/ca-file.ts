import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
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
  return { path, remove: () => rm(folder, { recursive: true, force: true }) }
}
