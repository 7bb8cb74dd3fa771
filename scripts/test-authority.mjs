import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeCertificateBundle } from './certificate-bundle.mjs'
import { cleanEnvironment } from './environment.mjs'
import { temporaryFolder } from './temporary-folder.mjs'

/**
 * Makes the one certificate authority of a test run, and the environment in which its processes trust it:
 * `NODE_EXTRA_CA_CERTS`, which Node reads only at the start of a process, and `ENTRADA_TEST_CA`, the path of a JSON
 * file `{ certificate, privateKey }` (PEM) with which tests start emulators that are trusted so.
 * Needs the emulator built.
 * @returns {Promise<{ env: NodeJS.ProcessEnv, remove(): void }>}
 */
export async function createTestAuthority() {
  const { createCertificateAuthority } = await import('../packages/emulator/dist/index.js')
  const authority = await createCertificateAuthority()
  const folder = await temporaryFolder()
  const bundle = join(folder.path, 'bundle.pem')
  const file = join(folder.path, 'authority.json')
  await writeCertificateBundle(bundle, authority.certificate)
  await writeFile(file, JSON.stringify(authority), { mode: 0o600 })
  return { env: cleanEnvironment({ NODE_EXTRA_CA_CERTS: bundle, ENTRADA_TEST_CA: file }), remove: folder.remove }
}
