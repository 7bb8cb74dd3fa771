import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { node, npm } from './command.mjs'
import { cleanEnvironment } from './environment.mjs'
import { temporaryFolder } from './temporary-folder.mjs'
import { root } from './workspace.mjs'

/** Programs, and what each says. */
const CONSUMERS = {
  'consumer.mjs': 'token of 3 parts',
  'consumer.cjs': 'token of 3 parts',
  'redis.mjs': 'a token of a store that has nothing: undefined',
  'keyring.mjs': 'KeyringError: @azure/msal-node-extensions is not installed.',
}

/**
 * Installs what npm would publish into a folder outside the workspace, and runs a user's program there: what works
 * here may lean on a file that is not in the tarball, or on a package that only the workspace has.
 * @returns {Promise<string>} what installing the library brings
 */
export async function checkPackedPackages() {
  const folder = await temporaryFolder()
  try {
    await writeFile(join(folder.path, 'package.json'), '{ "private": true }')
    await install(folder.path, 'entrada')
    const size = await sizeOfInstalled(folder.path)
    await install(folder.path, 'emulator')
    await install(folder.path, 'keyring')
    await install(folder.path, 'redis')
    for (const [consumer, expected] of Object.entries(CONSUMERS)) {
      await copyFile(join(root, 'interop', 'packed', consumer), join(folder.path, consumer))
      const said = await node([consumer], { cwd: folder.path, env: cleanEnvironment() })
      if (said.trim() !== expected) throw new Error(`${consumer}, installed elsewhere, said: ${said}`)
    }
    return size
  } finally {
    folder.remove()
  }
}

/**
 * @param {string} folder
 * @param {string} name
 */
async function install(folder, name) {
  const packed = await npm(['pack', '--pack-destination', folder, '--loglevel', 'error'], {
    cwd: join(root, 'packages', name),
  })
  const tarball = packed.trim().split('\n').at(-1) ?? ''
  const quietly = ['--omit=optional', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  await npm(['install', ...quietly, join(folder, tarball)], { cwd: folder })
}

/** @param {string} folder */
async function sizeOfInstalled(folder) {
  const modules = join(folder, 'node_modules')
  const { packages } = JSON.parse(await readFile(join(modules, '.package-lock.json'), 'utf8'))
  const files = await readdir(modules, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(
    files.map(async (file) => (file.isFile() ? (await stat(join(file.parentPath, file.name))).size : 0)),
  )
  const kilobytes = Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1000)
  return `entrada installs ${Object.keys(packages).length} packages, ${kilobytes} kB`
}
