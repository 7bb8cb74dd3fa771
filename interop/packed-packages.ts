import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../', import.meta.url))
const quietly = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']

/**
 * Installs what npm would publish of this workspace's packages, outside of it: what works inside may lean on a file that is not in
 * the tarball, or on a package that only the workspace has. `options` are npm’s. Resolves to the tarballs.
 */
export async function installPacked(
  folder: string,
  packages: readonly string[],
  ...options: readonly string[]
): Promise<string[]> {
  const paths = packages.map((name) => join(root, 'packages', name))
  const packed = await npm(folder, 'pack', ...paths, '--pack-destination', folder, '--loglevel', 'error')
  const tarballs = packed
    .trim()
    .split('\n')
    .map((name) => join(folder, name))
  await writeFile(join(folder, 'package.json'), '{ "private": true }', { flag: 'wx' }).catch(() => undefined)
  await npm(folder, 'install', ...quietly, ...options, ...tarballs)
  return tarballs
}

async function npm(cwd: string, ...args: readonly string[]): Promise<string> {
  const shell = process.platform === 'win32'
  return (await promisify(execFile)('npm', args, { cwd, shell })).stdout
}
