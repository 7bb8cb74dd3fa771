import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { rootCertificates } from 'node:tls'
import { createPrivateFile } from '../primitives/private-file.ts'

/** The emulator's authority as files. */
export interface CaFiles {
  /** The emulator's certificate only. */
  path: string
  /** The emulator's certificate and those of the authorities that this machine trusts. */
  bundlePath: string
  /** Removes the files, unless they are in a folder that outlasts the emulator. */
  remove(): Promise<void>
}

/**
 * Writes the authority: into a folder that outlasts the emulator, or into a temporary one. The bundle is for programs
 * that read only one file but must reach other servers too: `NODE_EXTRA_CA_CERTS` may already name a company's
 * authority, and `SSL_CERT_FILE` or `REQUESTS_CA_BUNDLE` replace what a program trusts by default.
 */
export async function writeCaFiles(
  certificate: string,
  folder: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<CaFiles> {
  const bundle = `${[certificate, ...(await trustedByMachine(env))].map((text) => text.trim()).join('\n')}\n`
  if (folder === undefined) {
    const file = await createPrivateFile('ca.pem', certificate)
    const bundlePath = join(dirname(file.path), 'ca-bundle.pem')
    await writeFile(bundlePath, bundle, { mode: 0o600 })
    return { path: file.path, bundlePath, remove: file.remove }
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const [path, bundlePath] = [resolve(folder, 'ca.pem'), resolve(folder, 'ca-bundle.pem')]
  for (const [name, text] of [
    [path, certificate],
    [bundlePath, bundle],
  ] as const) {
    await writeFile(`${name}.new`, text, { mode: 0o644 })
    await rename(`${name}.new`, name)
  }
  return { path, bundlePath, remove: async () => undefined }
}

/** Where systems keep the authorities that they trust, as a single file. */
const systemFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** The authorities in `NODE_EXTRA_CA_CERTS`, and the system's, or Node's own if the system has no file. */
async function trustedByMachine(env: NodeJS.ProcessEnv): Promise<string[]> {
  const system = await firstReadable([env.SSL_CERT_FILE, ...systemFiles])
  const named = new Set([env.NODE_EXTRA_CA_CERTS, system])
  const texts = await Promise.all([...named].map((path) => (path ? readFile(path, 'utf8').catch(() => '') : '')))
  return [...texts, system === undefined ? rootCertificates.join('\n') : ''].filter((text) => text.trim() !== '')
}

async function firstReadable(paths: readonly (string | undefined)[]): Promise<string | undefined> {
  for (const path of paths) {
    if (
      path &&
      (await access(path).then(
        () => true,
        () => false,
      ))
    )
      return path
  }
  return undefined
}
