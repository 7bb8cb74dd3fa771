import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emulator } from '../api/emulator.ts'

/**
 * Writes certificates for servers beside the emulator, such as other containers, into `FOLDER/certificates`: for each
 * name `NAME.pem` and `NAME.key`, and with them `ca.pem`, the authority that signed them. That folder can be shared:
 * the authority's key is not in it. Rejects with an `Error` if there is no folder, and with a `TypeError` for an
 * invalid name.
 */
export async function writeCertificates(
  emulator: Pick<Emulator, 'serverCertificate' | 'ca'>,
  names: readonly string[],
  state: string | undefined,
): Promise<void> {
  if (names.length === 0) return
  if (state === undefined) throw new Error('--certificate-for needs a folder to write to. Add --state FOLDER.')
  const folder = join(state, 'certificates')
  await mkdir(folder, { recursive: true })
  for (const name of names) {
    const { certificate, privateKey } = await emulator.serverCertificate([name])
    await replace(join(folder, `${name}.pem`), certificate, 0o644)
    await replace(join(folder, `${name}.key`), privateKey, 0o600)
  }
  await replace(join(folder, 'ca.pem'), emulator.ca.pem, 0o644)
}

/** Replaces a file atomically, so that nobody reads half of it. */
async function replace(path: string, text: string, mode: number): Promise<void> {
  await writeFile(`${path}.new`, text, { mode })
  await rename(`${path}.new`, path)
}
